import { raw } from 'hono/html';

/** Line drawings on a grid of 24, of our own making. Each stands beside its word and says nothing alone. */
const PATHS = {
  guides: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7M9 8h3',
  procedures: 'M4 4h6v5H4zM14 15h6v5h-6zM7 9v8.5h7M14 4h6v5h-6zM10 6.5h4',
  basis: 'M12 4v17M5 7h14M8 21h8M5 7l-3 7h6zM19 7l-3 7h6z',
  decisions: 'M5 3h14v12H5zM8 7h8M8 11h5M12 15v2M9 21l3-4 3 4',
  inspections: 'M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5L21 21M7.5 10.5l2.2 2.2 4-4.2',
  about: 'M3 21h18M5 21V9l7-5 7 5v12M9 21v-7h6v7',
  remedies: 'M4 5h16v11h-9l-5 4v-4H4zM12 8v4M12 13.6v.4',
  notices: 'M5 4h10l4 4v12H5zM9 12.5l2.2 2.2 4.3-4.5',
  rate: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.700l5.9-.8z',
  report: 'M6 21V4M6 4.500h11l-2.200 4 2.200 4H6',
  home: 'M4 11l8-7 8 7M6.500 9v11h11V9M10 20v-6h4v6',
  back: 'M14.500 5l-7 7 7 7',
  next: 'M9.500 5l7 7-7 7',
  language:
    'M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM3.500 12h17M12 3.500c5 5 5 12 0 17M12 3.500c-5 5-5 12 0 17',
  large: 'M3 19L8.500 5 14 19M5 14.500h7M16 19l2.700-7 2.700 7M16.900 16.800h3.600',
  contrast:
    'M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM12 3.500v17M12 7h5.500M12 10.300h7.500M12 13.600h7.500M12 17h5.500',
  search: 'M10.500 4a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13zM15.500 15.500L21 21',
  good: 'M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM8 14c2 3 6 3 8 0M9 9.200v.8M15 9.200v.8',
  bad: 'M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17zM8 16c2-3 6-3 8 0M9 9.200v.8M15 9.200v.8',
  phone:
    'M6 3.500h3l1.500 4.500-2 1.500c1 2.500 3 4.500 5.500 5.500l1.500-2 4.500 1.500v3c0 1.500-1 2.500-2.500 2.500C10 20 4 14 3.500 6 3.500 4.500 4.500 3.500 6 3.500z',
  person: 'M12 4a4.2 4.2 0 1 1 0 8.4A4.2 4.2 0 0 1 12 4zM4 21c.6-4.600 4-6.600 8-6.600s7.400 2 8 6.600',
  erase: 'M9 5h11v14H9l-6-7zM12 9.500l5 5M17 9.500l-5 5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {raw(`<path d="${PATHS[name]}"/>`)}
    </svg>
  );
}
