"""Everything that touches the world: models, knowledge, guard, records. Each adapter takes its client in the constructor."""
