"""Networks: pre-trained torchvision backbones, and narrow ones of the same families that a build can train itself."""
