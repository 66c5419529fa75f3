"""One file a change of layout, in order; a released file never changes."""
