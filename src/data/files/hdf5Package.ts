// The package that reads HDF5, as one program of its own (dist/hdf5.js): its WebAssembly is larger than all the rest.
export * from 'h5wasm';
