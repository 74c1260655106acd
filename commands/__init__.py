"""What the ``holdfast`` command does, one module a command; each imports what it needs only when it runs."""
