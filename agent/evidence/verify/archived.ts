import { messageOf } from '../../../config/errors.js';
import { decodeText, MAX_NOTE_BYTES, parseNote } from '../../journal/note.js';
import type { Policy } from '../../journal/policy.js';
import { parseReceiptText, type Receipt, receiptKeyOf, verifyReceipt } from '../../journal/receipt.js';
import type { Findings } from './findings.js';
import type { BundleFolder } from './folder.js';

const FILE = 'archived';

/**
 * Checks the archive's receipt. Returns the witness of the policy that signed it. A receipt that says something else than
 * the journal is `altered`, whoever signed it; with no witness pinned, a fitting one is neither proof nor a fault.
 */
export function checkReceipt(
  folder: BundleFolder,
  policy: Policy,
  recorded: Receipt,
  findings: Findings,
): { by: string } | undefined {
  const bytes = folder.read(FILE, MAX_NOTE_BYTES);
  if (bytes === undefined) return undefined;
  let receipt: Receipt;
  let signers: { name: string; id: number }[];
  let text: string;
  try {
    text = decodeText(bytes, FILE);
    const note = parseNote(text);
    receipt = parseReceiptText(note.text);
    signers = note.signatures;
  } catch (error) {
    findings.malformed(FILE, 'a receipt, signed by the archive', error);
    return undefined;
  }
  if (spell(receipt) !== spell(recorded)) {
    const [expected, actual] = [spell(recorded), spell(receipt)];
    findings.add({ verdict: 'altered', kind: 'receipt', file: FILE, expected, actual });
    return undefined;
  }
  for (const [by, witness] of policy.witnesses) {
    const key = receiptKeyOf(witness);
    if (!signers.some(({ name, id }) => name === key.name && id === key.id)) continue;
    try {
      verifyReceipt(text, witness);
      return { by };
    } catch (error) {
      const [expected, actual] = [`a good signature by witness ${by}`, messageOf(error)];
      findings.add({ verdict: 'altered', kind: 'receipt', file: FILE, expected, actual });
      return undefined;
    }
  }
  if (policy.witnesses.size > 0) {
    findings.add({
      verdict: 'untrusted',
      kind: 'receipt-signer',
      file: FILE,
      expected: `a signature by a witness of the trust policy: ${[...policy.witnesses.keys()].join(', ')}`,
      actual: `signatures by ${signers.map(({ name }) => name).join(', ')}`,
    });
  }
  return undefined;
}

function spell({ origin, recording, fragments, digest }: Receipt): string {
  return `recording ${recording} of ${origin}, ${fragments} fragments, digest ${digest}`;
}
