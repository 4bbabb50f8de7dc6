/** Packages that stay beside the bundle: they have native parts, which find their files by where they stand. `@scope/*` is a whole scope. */
export const NATIVE_PACKAGES = ['classic-level', 'serialport', '@serialport/*', 'onoff'];
