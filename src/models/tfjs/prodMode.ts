import { enableProdMode } from '@tensorflow/tfjs-core';

// Without this, each backend greets the user on the console, and a second copy of a package counts its kernels there.
enableProdMode();
