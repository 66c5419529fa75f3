"""Networks as data: the catalogue, the bundled files, and the scripts that make them."""
