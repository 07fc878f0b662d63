"""Recording of PyTorch trainings. Modules of this package import PyTorch; nothing imports them before the script does."""
