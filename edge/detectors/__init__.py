"""ONNX networks: the catalogue, the checked session, one decoder file per network family."""
