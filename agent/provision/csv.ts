import { LiuhenError } from '../../config/errors.js';

export interface Row {
  /** On which it begins, from 1. */
  line: number;
  cells: ReadonlyMap<string, string>;
}

const MAX_ROWS = 10_000;

/** A table with a head (RFC 4180; spreadsheets' semicolons, byte order mark and CRLF are understood). Throws LIUHEN_CONFIG. */
export function csvRows(text: string, from: string): Row[] {
  const wrong = (line: number, why: string) => new LiuhenError('LIUHEN_CONFIG', `${from}:${line}: ${why}`);
  const [first = ''] = text.split('\n', 1);
  const separator = first.includes(';') && !first.includes(',') ? ';' : ',';
  const records = recordsOf(text.replace(/^\ufeff/, ''), separator);
  if (records === undefined) throw wrong(1, 'a quotation mark is not closed');
  const [head, ...rows] = records.filter(({ fields }) => fields.some((field) => field.trim() !== ''));
  const names = head?.fields.map((name) => name.trim()) ?? [];
  if (new Set(names).size !== names.length) throw wrong(1, 'expected each column once');
  if (rows.length === 0) throw wrong(1, 'expected a head with the columns and a row for each device');
  if (rows.length > MAX_ROWS) throw wrong(1, `expected at most ${MAX_ROWS} rows, got ${rows.length}`);
  return rows.map(({ line, fields }) => {
    if (fields.length > names.length)
      throw wrong(line, `expected ${names.length} columns, got ${fields.length}`);
    return { line, cells: new Map(names.map((name, at) => [name, (fields[at] ?? '').trim()])) };
  });
}

/** Undefined when a quoted field does not end. */
function recordsOf(text: string, separator: string): { line: number; fields: string[] }[] | undefined {
  const records: { line: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const endRecord = () => {
    records.push({ line: began, fields: [...fields, field] });
    fields = [];
    field = '';
    began = line + 1;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === '"' && text[at + 1] === '"') at++;
      else if (char === '"') {
        quoted = false;
        continue;
      }
      if (char === '\n') line++;
      field += char;
    } else if (char === '"' && field === '') quoted = true;
    else if (char === separator) {
      fields.push(field);
      field = '';
    } else if (char === '\n') {
      endRecord();
      line++;
    } else if (char !== '\r') field += char;
  }
  if (quoted) return undefined;
  if (field !== '' || fields.length > 0) endRecord();
  return records;
}
