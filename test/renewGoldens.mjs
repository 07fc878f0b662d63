// Draws the pictures in test/fixtures/goldens anew: `npm run goldens`. What has changed is looked at before it is committed.
process.env.APD_RENEW_GOLDENS = '1';
process.argv.splice(2, process.argv.length, '--tier', 'unit', 'pictures of the examples');
await import('./run.mjs');
