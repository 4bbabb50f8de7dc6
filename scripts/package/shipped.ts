/** Files and folders that the program reads at run time, from the root of this repository. */
export const SHIPPED = [
  'LICENSE',
  'agent/kiosk/assets',
  'agent/web/assets',
  'dist/bin',
  'config/profiles',
  'config/policy',
  'config/sample-hall',
];
