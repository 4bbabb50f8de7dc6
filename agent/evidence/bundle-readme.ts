import type { RecordingRange } from './bundle-range.js';
import type { EvidenceSource } from './source.js';

/** The bundle's `README.txt`. It is told to a stranger, so every command in it is run on a real bundle by a test. */
export function renderReadme(
  source: EvidenceSource,
  { from, to, checkpoint, started }: RecordingRange,
): string {
  const lines = { english: english(source.rootVkey), chinese: CHINESE };
  return `LIUHEN EVIDENCE BUNDLE / 留痕证据包
==================================

device    / 设备      ${source.device}
journal   / 日志账本  ${source.origin}
recording / 录像      ${from} (${started.at.wall})
entries   / 条目      ${from} to ${to - 1} of ${checkpoint.size}

中文说明在英文之后。

${lines.english}
${lines.chinese}
${COMMANDS.replaceAll('@{', '${').replaceAll('@RECORDING@', String(from))}`;
}

function english(rootVkey: string): string {
  return `WHAT THIS IS

recording.mp4 (recording-2.mp4 … after a restart of the camera) plays in any player.
The other files prove it. The device wrote one entry for each second of footage, with
its SHA-256, into an append-only journal, and signed the journal as it grew.

  checkpoint     the signed head of the journal; lines after the first signature are
                 cosignatures of witnesses, with the time at which they saw it
  keys           how the device's signing key moved on: each note, signed with the key
                 before, names the next one
  tile/          the journal's entries and Merkle tree (C2SP tlog-tiles, RFC 6962)
  archived       the archive's receipt, when it has stored every byte
  policy         the keys as the exporter knew them; it pins nothing
  manifest.json  what is here, and which footage is not

HOW TO CHECK IT

1. Get the keys you trust from the authority, not from this folder: a trust policy
   whose line "log" names the device's root key. The exporter says that key is
   ${rootVkey}

2. With our tool, no network needed:
       liuhen verify . --trust YOUR-POLICY
   It answers intact, incomplete, altered or untrusted, and where and why.

3. Without us, with openssl 3, coreutils, grep and sed: the commands at the end.
   A checks the footage against the entries, B the signatures.

4. That the entries are in the signed tree, with any tool for C2SP tlog-tiles and
   checkpoints (Go: golang.org/x/mod/sumdb/note and sumdb/tlog; filippo.io/torchwood):
   tile/ and checkpoint stand here as such tools expect them, as far as this recording
   needs them. The checkpoint's key is the last one that "keys" leads to.
   "liuhen proof . ENTRY" writes one entry's inclusion proof as a C2SP tlog-proof.

Do not put files into this folder and do not rename any: make a copy for that.
`;
}

const CHINESE = `这是什么

recording.mp4(摄像机重启后为 recording-2.mp4 等)可用任何播放器播放,其余文件用来证明它。
设备每录一秒,就把该片段的 SHA-256 写成一个条目,追加到只增不改的日志账本,并随时签名。

  checkpoint     日志的签名检查点;第一个签名之后各行是见证方的联署及其见证时间
  keys           设备签名密钥的更替:每一则由前一把密钥签名,指明下一把
  tile/          日志条目与默克尔树(C2SP tlog-tiles,RFC 6962)
  archived       归档方的回执:全部字节已入库时才有
  policy         导出方所知的密钥,不能作为信任依据
  manifest.json  包内有什么,缺哪些片段

如何核验

1. 向主管机关另行取得可信密钥,不要用本文件夹里的:信任策略文件的 log 行应是设备的根密钥
   (导出方所称的根密钥见上文英文部分第 1 步)。
2. 使用本工具,无需联网:  liuhen verify . --trust 您的策略文件
   结论为 intact(完整)、incomplete(不完整)、altered(已被改动)或 untrusted(来源无法核实),并指出位置与原因。
3. 不依赖本工具:用 openssl 3、coreutils、grep、sed 执行文末命令。A 核对录像与条目,B 核对签名。
4. 条目是否在签名的树中:任何支持 C2SP tlog-tiles 的工具都能读取 tile/ 与 checkpoint
   (检查点的密钥是 keys 最后指明的那一把)。
   “liuhen proof . 条目号” 可输出单个条目的包含证明(C2SP tlog-proof)。

请勿在本文件夹内增加或改名文件;如需要,请先复制一份。
`;

/** POSIX shell with GNU coreutils, grep and sed, and openssl 3. Between two entries stand two bytes
 * of length. `@{` stands for a dollar and a brace. */
const COMMANDS = String.raw`COMMANDS / 命令   (bash or sh, started in this folder / 在本文件夹内执行)

#--- common / 准备
export LC_ALL=C
T=$(mktemp -d)

#--- A. every piece of footage against its entry / 逐段核对录像
find tile/entries -type f | sort | xargs cat | sed 's/.\{0,2\}{"n":/\n{"n":/g' |
  grep -a '"type":"\(take-started\|fragment\)"' | grep -a '"recording":@RECORDING@[,}]' > "$T/pieces"
while IFS= read -r e; do
  take=@{e#*'"take":'}; take=@{take%%[!0-9]*}
  bytes=@{e#*'"bytes":'}; bytes=@{bytes%%[!0-9]*}
  sha=@{e#*'"sha256":"'}; sha=@{sha%%'"'*}
  n=@{e#*'"n":'}; n=@{n%%[!0-9]*}
  case $e in *'"type":"take-started"'*)
    at=0; mp4=recording.mp4; [ "$take" -eq 0 ] || mp4=recording-$((take + 1)).mp4;;
  esac
  got=$(tail -c +$((at + 1)) "$mp4" | head -c "$bytes" | sha256sum | cut -d ' ' -f 1)
  if [ "$got" = "$sha" ]; then echo "entry $n: ok, $bytes bytes of $mp4 at $at"; at=$((at + bytes))
  else echo "entry $n: NOT HERE, sha256 $sha, $bytes bytes"; fi
done < "$T/pieces"

#--- B. signatures, from YOUR pinned root key on / 从您掌握的根密钥起核对签名
ROOT='put the vkey of the "log" line of your policy here'
check() { # FILE VKEY
  sed '/^$/,$d' "$1" > "$T/text"
  grep -F -e "— @{2%%+*} " "$1" | head -n 1 | cut -d ' ' -f 3 | base64 -d | tail -c +5 > "$T/sig"
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000'
    printf '%s' "$2" | cut -d + -f 3- | base64 -d | tail -c +2; } > "$T/key.der"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/key.der" -rawin -in "$T/text" -sigfile "$T/sig"
}
VKEY=$ROOT
if [ -s keys ]; then
  csplit -s -z -n 7 -f "$T/note" keys '/^liuhen\/key$/' '{*}'
  for note in "$T"/note*; do
    check "$note" "$VKEY" || break
    sed -n 2,3p "$note"    # must be this journal, then 1, 2, 3 … / 应为本日志及 1、2、3……
    VKEY=$(sed -n 4p "$note")
  done
fi
check checkpoint "$VKEY"

#--- C. a witness's cosignature and its time / 见证方联署与时间
WITNESS='put the vkey of the "witness" line of your policy here'
cosigned() { # VKEY
  grep -F -e "— @{1%%+*} " checkpoint | head -n 1 | cut -d ' ' -f 3 | base64 -d > "$T/blob"
  time=$(tail -c +5 "$T/blob" | head -c 8 | od -An -tu8 --endian=big | tr -d ' ')
  { printf 'cosignature/v1\ntime %s\n' "$time"; sed '/^$/,$d' checkpoint; } > "$T/text"
  tail -c +13 "$T/blob" > "$T/sig"
  { printf '\060\052\060\005\006\003\053\145\160\003\041\000'
    printf '%s' "$1" | cut -d + -f 3- | base64 -d | tail -c +2; } > "$T/key.der"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/key.der" -rawin -in "$T/text" -sigfile "$T/sig" &&
    date -u -d "@$time"
}
cosigned "$WITNESS"
`;
