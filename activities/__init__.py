"""Everything that touches the world: models, knowledge, guard, records; adapters take their client when made."""
