"""Chat and embedding models: Ollama, the embedded engine, the intent classifier."""
