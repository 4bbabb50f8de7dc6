import type { Catalogue } from '../pattern.js';

/** Export and verification. */
export const evidenceZh: Catalogue = {
  "the archive's key, to check its receipts' signatures (a running agent uses its own)":
    '归档端的公钥，用于核对回执签名（运行中的代理程序使用自己的设置）',
  'see that footage is there, without reading it': '只看影像是否存在，不读取内容',
  "check a device's data folder: every entry, every hash, every key":
    '检查设备的数据目录：每个条目、每个哈希、每把密钥',
  'ok: {}, {} entries, {} fragments, {} of footage read': '正常：{1}，{2} 个条目，{3} 个片段，读取影像 {4}',
  'BROKEN: {}, {} entries, {} fragments, {} of footage read':
    '损坏：{1}，{2} 个条目，{3} 个片段，读取影像 {4}',
  'ok     {}  {}': '正常   {1}  {2}',
  'BROKEN {}  {}': '损坏   {1}  {2}',
  'and {} more': '另有 {1} 项',
  'checked {} of {} entries': '已检查 {2} 个条目中的 {1} 个',

  'of several displays of it, the one that began with this entry': '有多次展示时，取从此条目开始的那次',
  'instead of a recording: the proof that this content hung on a screen':
    '不导出录像，而导出此内容曾在屏幕上展示的证明',
  'the data folder is an archive: the device whose recording it is': '数据目录属于归档端时：录像所属的设备',
  'expected --envelope FILE: an archive holds the journal of what hung, and not the text':
    '应给出 --envelope 文件：归档端保存展示的日志，不保存文本',
  'the platform that published it has the signed envelope': '发布该内容的平台存有签名信封',
  'folder to write; it must not exist yet': '要写的目录；须尚不存在',
  'id of the recording (default: the newest that has stopped)': '录像编号（默认：最近一段已停止的录像）',
  'write a recording as a bundle that anybody can verify': '把录像写成任何人都能核验的证据包',
  '{}: {}/{} revision {} on {}': '{1}：{2}/{3} 第 {4} 版，屏幕 {5}',
  'from {}, entries {} to {} of {}': '自 {1}，条目 {2} 至 {3}，共 {4} 个',
  'from {}, entries {} to {} of {}; it still hangs': '自 {1}，条目 {2} 至 {3}，共 {4} 个；仍在展示',
  'whoever checks it pins this key: {}': '核验者须指定此公钥：{1}',
  'bundle     {}': '证据包     {1}',
  'recording  {} of {}': '录像       {2} 的 {1}',
  'footage    {} fragments, {}': '影像       {1} 个片段，{2}',
  'witnessed  yes': '已见证     是',
  'archived   {}': '已归档     {1!}',
  'Check it:  liuhen verify {} --trust POLICY': '核验方法： liuhen verify {1} --trust POLICY',
  "POLICY is a trust policy of your own (not the bundle's): log {}":
    'POLICY 是您自己的信任策略（不是证据包里的）：log {1}',
  'witnessed  no': '已见证     否',
  'footage    {} fragments in {} takes, {}': '影像       {1} 个片段，分 {2} 段拍摄，{3}',
  'footage    {} of {} fragments, {}': '影像       {2} 个片段中的 {1} 个，{3}',
  'footage    {} of {} fragments in {} takes, {}': '影像       {2} 个片段中的 {1} 个，分 {3} 段拍摄，{4}',
  'recording  {} of {}, which had not stopped yet': '录像       {2} 的 {1}，当时尚未停止',
  'expected --device ID: this data folder is that of an archive':
    '应给出 --device 编号：此数据目录属于归档端',
  'name the device whose recording it is; the folder devices/ lists them':
    '指明录像所属的设备；目录 devices/ 中列有各设备',
  'export interrupted: nothing was written': '导出中断：没有写出任何内容',
  export: '导出',

  'expected --notice KIND/ID, got {}': '应为 --notice 种类/编号，实为 {1}',
  'kinds are {}': '种类有 {1}',
  '{} holds no content of a kiosk': '{1} 中没有大厅终端的内容',
  "name the kiosk's data folder with --data": '用 --data 指明大厅终端的数据目录',

  '{}: {}: expected {}, found {}': '{1}：{2}：应为 {3}，实为 {4}',

  'file to write (default: stdout)': '要写的文件（默认：标准输出）',
  'index of the entry in the journal': '条目在日志账本中的序号',
  'folder of the bundle': '证据包目录',
  "write one entry's inclusion proof from a bundle (C2SP tlog-proof)":
    '从证据包写出一个条目的包含证明（C2SP tlog-proof）',
  '{}: expected a bundle with a checkpoint, got none': '{1}：应为带检查点的证据包，实际没有检查点',
  'entry {} is not in {}: {}': '条目 {1} 不在 {2} 中：{3}',
  'manifest.json says which entries the recording has (journal, from and to)':
    'manifest.json 列有该录像的条目范围（journal，from 与 to）',
  'its entry bundle is empty': '其条目包为空',
  'its checkpoint is of {} entries': '其检查点只含 {1} 个条目',

  'and {} more; --json lists up to 200': '另有 {1} 项；--json 最多列出 200 项',
  'Why:': '原因：',
  'in {}': '位于 {1}',
  'entry {}': '条目 {1}',
  'at {} of the footage': '影像 {1} 处',
  means: '含义',
  found: '实为',
  expected: '应为',

  'print no text; the exit status is the answer': '不打印文字；以退出状态作答',
  'write a report, one self-contained page': '写出报告，单个自足的网页',
  'print the whole verdict as JSON': '以 JSON 输出完整结论',
  'the keys you trust (C2SP tlog-policy), from the authority and not from the bundle':
    '您信任的密钥（C2SP tlog-policy），取自主管机关而不是证据包',
  'folder that export wrote': 'export 写出的目录',
  'check a bundle: intact (status 0), incomplete (1), altered (2) or untrusted (3)':
    '核验证据包：完整（状态 0）、不完整（1）、被改动（2）或不可信（3）',
  verify: '核验',
  'expected --trust FILE: a bundle brings its own keys, so only a key that you had before can say whether it is genuine':
    '应给出 --trust 文件：证据包自带密钥，只有您事先持有的密钥才能判断其真伪',
  "ask the authority for the device's root vkey and write it to a file: log <vkey>, then quorum none":
    '向主管机关索取设备的根公钥并写入文件：log <公钥>，再写 quorum none',
  'trust policy {}: {}': '信任策略 {1}：{2}',
  'trust policy {}: expected UTF-8 text': '信任策略 {1}：应为 UTF-8 文本',
  'report {}: {}': '报告 {1}：{2}',
  'name a file in a folder that exists and can be written': '请指定一个目录存在且可写的文件',

  '{} is not a device of this archive': '{1} 不是此归档端的设备',
  'it holds no device yet': '它还没有任何设备',
  'it holds {}': '它持有 {1}',
  'the archive has published no checkpoint of {} yet': '归档端尚未发布 {1} 的检查点',

  '{}: expected {} free bytes, got {}': '{1}：应有 {2} 字节可用空间，实为 {3}',

  '{}: expected a new or empty folder, got one that holds {}': '{1}：应为新目录或空目录，其中却有 {2}',
  'name a folder that does not exist yet; an export never writes over another':
    '请指定尚不存在的目录；导出从不覆盖另一次导出',
  'bundle, {}: {}': '证据包 {1}：{2}',
  'export to a disk with more free space': '导出到可用空间更多的磁盘',
  'make that folder first, or mount the disk that it is on': '先建立该目录，或挂载其所在的磁盘',
  'name a folder that does not exist yet': '请指定尚不存在的目录',
  'check that the disk is writable, or export to another place': '确认磁盘可写，或导出到别处',

  'recording {}: no recording of {} begins at this entry of its journal':
    '录像 {1}：{2} 的日志账本在此条目没有录像开始',
  'recording {}: expected a checkpoint of at least {} entries, got one of {}':
    '录像 {1}：应有至少含 {2} 个条目的检查点，实为 {3} 个',

  'there is no journal in this data folder': '此数据目录中没有日志账本',
  'name the data folder of a provisioned device': '请指定已部署设备的数据目录',
  'the journal of {} holds no checkpoint yet': '{1} 的日志账本尚无检查点',

  '{} holds no recording that has stopped': '{1} 中没有已停止的录像',
  'record something first': '请先录制',
  'name the one that is still running: {}': '请指定仍在进行的那段：{1}',
  'there is no recording here yet': '此处尚无录像',
  'name one of {} …': '请指定以下之一：{1} …',
  'name one of {}': '请指定以下之一：{1}',

  '{}/{} revision {}: expected its envelope, got none': '{1}/{2} 第 {3} 版：应有其信封，实际没有',
  '{}/{} revision {}: expected its envelope, got one with sha256 {}':
    '{1}/{2} 第 {3} 版：应有其信封，实为 sha256 为 {4} 的一份',
  '{}/{} revision {}: expected its envelope with sha256 {}, got none':
    '{1}/{2} 第 {3} 版：应有 sha256 为 {4} 的信封，实际没有',
  '{}/{} revision {}: expected its envelope with sha256 {}, got one with sha256 {}':
    '{1}/{2} 第 {3} 版：应有 sha256 为 {4} 的信封，实为 sha256 为 {5} 的一份',

  'no display of {}/{}': '{1}/{2} 没有展示过',
  'no display of {}/{} that began with entry {}': '{1}/{2} 没有从条目 {3} 开始的展示',
  'it never hung here': '它从未在此展示',
  'displays of it began with the entries {}': '它的展示开始于条目 {1}',

  '{}: expected a tile at least {} wide, got none': '{1}：应有宽度至少 {2} 的哈希瓦片，实际没有',

  'a signature by a witness of the trust policy: {}': '由信任策略中的见证方签名：{1}',
  'signatures by {}': '由 {1} 签名',
  archived: '已归档',

  ': {} (entry {}) stands here and not in its own place; footage was swapped, moved or cut out':
    '：{1}（条目 {2}）在此处，而不在其原有位置；影像被调换、移动或剪去',
  ': {} (entry {}) stands here and in its own place; it was repeated':
    '：{1}（条目 {2}）既在此处，又在其原有位置；影像被重复',
  ': {} (entry {}) stands here': '：{1}（条目 {2}）在此处',
  'the init segment of take {}': '第 {1} 段拍摄的初始化段',

  'a checkpoint that covers entry {}, where the recording begins': '覆盖录像起始条目 {1} 的检查点',
  'one of {} entries': '只含 {1} 个条目',
  "entries up to recording-stopped, or up to the checkpoint's {}":
    '条目直至 recording-stopped，或直至检查点的 {1}',
  'the manifest ends the recording at {}, where it had not stopped': '清单称录像结束于 {1}，而当时尚未停止',
  'recording-stopped as the last entry of the recording': '录像的最后一个条目为 recording-stopped',
  'the recording went on when the checkpoint of {} entries was signed':
    '含 {1} 个条目的检查点签署时，录像仍在进行',
  'a checkpoint signed by the key of epoch {}, which this entry begins':
    '由此条目启用的第 {1} 期密钥签署的检查点',
  'the key of epoch {}, unknown': '第 {1} 期密钥，不明',
  'the key of epoch {}, {}': '第 {1} 期密钥，{2}',
  'the key of epoch {} signed it, which the device had erased by then':
    '由第 {1} 期密钥签署，而设备当时已销毁该密钥',
  'fragments {} to {} of take {}': '第 {3} 段拍摄的片段 {1} 至 {2}',
  'the exporter declares that it did not have them': '导出方声明当时没有这些片段',
  'a tile of the tree of {} entries, which ends before it':
    '{1} 个条目的哈希树中的瓦片，而该树在此之前已结束',
  'a tile of the tree of {} entries, {} wide': '{1} 个条目的哈希树中的瓦片，宽度 {2}',
  'one that is {} wide': '宽度为 {1} 的瓦片',

  'it is a file: an archive of files must be unpacked first': '它是文件：压缩包须先解开',
  'bundle {}: expected a folder, but there is nothing of that name':
    '证据包 {1}：应为目录，但没有此名称的对象',
  'bundle {}: expected a folder, but {}': '证据包 {1}：应为目录，但 {2}',
  'give the folder that holds manifest.json and checkpoint': '请给出 manifest.json 与 checkpoint 所在的目录',
  'bundle {}: there is no file of a bundle in it': '证据包 {1}：其中没有证据包的文件',
  'a folder': '目录',
  'a regular file': '普通文件',
  'a symbolic link (not followed)': '符号链接（未跟随）',
  'a fifo': '命名管道',
  'a file': '文件',
  'a device or a socket': '设备或套接字',
  'bundle: {} cannot be read: {}': '证据包：无法读取 {1}：{2}',
  'copy the bundle to a disk that you can read and check it there': '把证据包复制到可读的磁盘上再核验',
  'the folder': '目录本身',

  'the footage of take {}': '第 {1} 段拍摄的影像',
  'the exporter did not have it': '导出方没有它',
  'no such file': '没有此文件',
  '{} in the bytes {} to {}': '{1} 位于字节 {2} 至 {3}',
  'the file ends at byte {}': '文件止于字节 {1}',
  '{} bytes, up to the end of {}': '{1} 字节，直至 {2} 的末尾',
  '{} with sha256 {} in the bytes {} to {}': '{1}，sha256 为 {2}，位于字节 {3} 至 {4}',

  'bundle: footage cannot be read: {}': '证据包：无法读取影像：{1}',
  'copy the bundle to a disk that can be read and check it there': '把证据包复制到可读的磁盘上再核验',

  'a manifest that says which recording this is': '说明这是哪段录像的清单',
  'the file that belongs to every bundle, or that the manifest lists': '每个证据包都应有或清单所列的文件',
  '{} bytes with sha256 {}, as the manifest says': '{1} 字节，sha256 为 {2}，如清单所载',
  '{} bytes with sha256 {}': '{1} 字节，sha256 为 {2}',
  'only files that the manifest or the journal names': '只应有清单或日志账本所列的文件',
  '{} beside them': '另有 {1}',
  '{} lines': '{1} 行',
  'line {}: {}': '第 {1} 行：{2}',

  'trust policy: expected at least one line "log <vkey>", got none':
    '信任策略：应至少有一行“log <公钥>”，实际没有',
  'a range of entries that the checkpoint of {} covers': '{1} 的检查点所覆盖的条目范围',
  '{} to {}': '{1} 至 {2}',
  'a manifest that says which display this is': '说明这是哪次展示的清单',
  "entries up to where it ceased, or up to the checkpoint's {}": '条目直至展示结束，或直至检查点的 {1}',
  'to be told when it ceased': '载明展示何时结束',
  'it ends at {}': '止于 {1}',
  'the device was cut off: it hung until its last entry before, and nobody can say for how long after':
    '设备断电中断：直至其此前最后一个条目仍在展示，此后多久无从得知',
  'it still hung when the checkpoint of {} entries was signed': '含 {1} 个条目的检查点签署时仍在展示',
  'to cease with entry {}': '止于条目 {1}',
  'an entry with which it ceased': '结束展示的条目',
  'only files that the manifest names': '只应有清单所列的文件',
  'the file that the manifest lists': '清单所列的文件',

  'the envelope of what hung': '所展示内容的信封',
  'there is no payload, or no list of signatures': '没有载荷，或没有签名列表',
  'payload with sha256': '载荷的 sha256',
  'envelope with sha256': '信封的 sha256',

  'it {} another time': '它再次 {1}',
  '{} to cease first': '{1} 先结束',
  '{}/{} revision {} on {}': '{1}/{2} 第 {3} 版，屏幕 {4}',
  'displayed, {} began': '展示，{1} 开始',

  'root {} of {} entries': '{2} 个条目的根 {1}',
  'hash tiles are missing from which it is computed; nothing here can be tied to the checkpoint':
    '缺少计算所需的哈希瓦片；此处内容无法与检查点关联',
  'root {} from {}': '根 {1}，由 {2} 得出',
  'the entries {} to {} of the journal': '日志账本的条目 {1} 至 {2}',
  'an entry with leaf hash {}': '叶哈希为 {1} 的条目',
  '{} hashes of level {}, from {} on': '第 {2} 层自 {3} 起的 {1} 个哈希',

  'a journal whose key is pinned: {}': '其密钥已被指定的日志账本：{1}',
  'the journal of {}': '{1} 的日志账本',
  'a checkpoint, signed by the device': '由设备签名的检查点',
  'no such file to read': '没有可读的文件',
  'the notes that lead from the pinned key to the key of the checkpoint':
    '从指定的根密钥到检查点密钥的各次密钥交接',
  'a note for epoch {}, signed by the key of epoch {}': '第 {1} 期的密钥交接，由第 {2} 期密钥签名',
  'a signature by a key that {} leads to, in {} notes': '由 {1} 经 {2} 次交接所得密钥的签名',
  'a good signature by the key of epoch {}, {}': '第 {1} 期密钥的有效签名，{2}',
  'a checkpoint signed by the newest key of the chain, that of epoch {}':
    '由密钥链中最新的第 {1} 期密钥签署的检查点',
  'the time {} s lies behind the year 9999': '时间 {1} 秒晚于公元 9999 年',
  'a good cosignature by witness {}, {}': '见证方 {1} 的有效联署，{2}',
  'cosignatures that satisfy the quorum {} of the trust policy': '满足信任策略法定数 {1} 的联署',
  'none by {}; export again after the archive has witnessed the journal this far':
    '没有 {1} 的联署；待归档端见证到此处后重新导出',

  "ask the authority for the root vkey of the device and write it as 'log <vkey>'":
    '向主管机关索取设备的根公钥，写为“log <公钥>”',
  'entries that name every byte of the footage': '列明影像每个字节的条目',
  '{} of {} bytes of footage that no entry at hand names': '{2} 字节影像中有 {1} 字节没有现有条目可以印证',

  'footage that goes on at media time {}': '在媒体时间 {1} 处接续的影像',
  'it goes on at {}, and no gap is declared between': '在 {1} 处接续，中间没有声明间断',
  'footage without a break': '没有中断的影像',
  'none for {}, as the device declared: {}': '{1} 没有影像，设备声明：{2}',
  'an end by {}': '以 {1} 结束',
  'the recording ended: {}': '录像已结束：{1}',
  'one of recording {}': '属于录像 {1}',
  'fragment {} of take {}': '第 {2} 段拍摄的片段 {1}',
  'take {}': '第 {1} 段拍摄',
  '{} fragments and {} bytes in the entries before it': '此前各条目含 {1} 个片段、{2} 字节',
  'a {} of recording {}': '录像 {2} 的 {1}',
  'recording {} to stop first': '录像 {1} 先停止',
  '{} fragments and {} bytes, as this entry says': '{1} 个片段、{2} 字节，如此条目所载',
  'recording-started, which the manifest says is here': 'recording-started，清单称在此处',
  'an entry of its form': '符合格式的条目',

  'root {}': '根 {1}',
  'one of {} over {} entries': '{2} 个条目的 {1}',
  'a good cosignature by witness {}': '见证方 {1} 的有效联署',
  'root {}, which the tree had at {} entries': '根 {1}，即哈希树在 {2} 个条目时的根',
  'a checkpoint of {} over {} entries, at most {}': '{1} 的检查点，含 {2} 个条目，不超过 {3}',
  'a cosigned checkpoint': '已联署的检查点',
  it: '它',
  'with --notice and --device: the signed envelope of what hung, as it was published':
    '与 --notice 和 --device 同用：所展示内容发布时的已签名信封',
};
