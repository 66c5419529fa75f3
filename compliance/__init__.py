"""Rule packs, the verdict engine and what it judges."""
