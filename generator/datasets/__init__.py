"""Image collections, one module each, all read into memory as uint8 RGB images."""
