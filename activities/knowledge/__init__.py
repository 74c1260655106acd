"""Knowledge: parse, split, embed, index, and search with rights inside the query."""
