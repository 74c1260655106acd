"""When it happens: deterministic Temporal workflows, their messages, and the worker that runs them."""
