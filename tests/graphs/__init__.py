"""The graph and its policy, without Temporal."""
