"""Which features fire: what sparse dictionaries make of the stream."""
