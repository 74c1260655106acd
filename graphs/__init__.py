"""What to decide: the support graph, its state, its policy and its prompts. Pure; no clock, network or environment."""
