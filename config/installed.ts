/** Where scripts/install puts what is a device's own. */
export const INSTALLED = {
  folder: '/etc/liuhen',
  config: '/etc/liuhen/liuhen.yaml',
  data: '/var/lib/liuhen',
} as const;
