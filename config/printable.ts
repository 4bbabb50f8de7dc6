/** A text from elsewhere as it may go to a terminal, which control characters (C0, DEL and C1) would steer: each becomes `instead`. */
export function printable(text: string, instead = ' '): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, instead);
}
