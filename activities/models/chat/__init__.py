"""The chat models: Ollama behind breaker, bulkhead, deadlines and routing; sentences checked one by one."""
