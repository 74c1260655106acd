"""The HTTP door: FastAPI routes, identity, limits, problems and event streams."""
