export default {
  files: ['test/**/*.test.ts'],
  typescript: { rewritePaths: { 'test/': 'dist/test/' }, compile: false },
  timeout: '3m',
  concurrency: 3,
  // serialport's native part calls into the main thread's event loop; in a worker thread it ends the process.
  workerThreads: false,
};
