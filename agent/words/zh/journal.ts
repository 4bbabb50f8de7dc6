import type { Catalogue } from '../pattern.js';

/** The journal and what it is kept in. */
export const journalZh: Catalogue = {
  'there is no receipt for it': '它没有回执',

  '{} is in use by another process': '{1} 正被另一个进程使用',
  'an agent is running on this data folder: talk to it, or stop it first':
    '有代理程序在此数据目录上运行：通过它操作，或先停止它',
  'free space on this disk; recording goes on by itself': '在此磁盘上腾出空间；录制会自行继续',
  '{} could not be made a folder: {}': '无法建立目录 {1}：{2}',
  'choose a folder that can be made and written to': '选择可以建立并可写入的目录',
  '{}: expected CURRENT beside {}': '{1}：{2} 旁应有 CURRENT',
  'nothing was written; keep the disk as it is, and begin anew in another data folder':
    '没有写入任何内容；磁盘保持原状，在另一个数据目录中重新开始',
  'check the disk (dmesg, smartctl)': '检查磁盘（dmesg、smartctl）',
  'open {}': '打开 {1}',

  'footage {}': '影像 {1}',

  "entry {} is missing from the journal's store": '日志账本的存储中缺少条目 {1}',
  'hashes of level {} from {}: expected {}, got {}': '第 {1} 层从 {2} 起的哈希：应为 {3} 个，实为 {4} 个',

  'recording {} does not exist': '录像 {1} 不存在',
  'recording {}: {}': '录像 {1}：{2}',
  'it has not stopped': '它尚未停止',
  'the archive has not receipted it': '归档端尚未出具回执',
  'its retention period ends at {}': '其保存期限到 {1} 为止',
  'its receipt does not match the journal': '其回执与日志账本不符',

  'checkpoint: expected the lines origin, size and base64 root, got {}':
    '检查点：应为来源、大小和 base64 根三行，实为 {1}',
  'cosigner: expected a key of type 04, got {}': '联署方：密钥类型应为 04，实为 {1}',
  'checkpoint: the cosignature by {} does not verify': '检查点：{1} 的联署未通过验证',

  'there is a journal here already, of {}': '此处已有日志账本，属于 {1}',
  'there are entries here, and not whose they are': '此处有条目，但不知属于谁',
  'keep this folder as it is, with its keys, and choose an empty data folder':
    '原样保留此目录及其密钥，另选一个空的数据目录',
  'choose an empty data folder': '选择空的数据目录',

  'key of epoch {}: expected {}, got {}': '第 {1} 期密钥：应为 {2}，实为 {3}',
  'nothing was written; keep the disk as it is, run liuhen check, and provision the device anew':
    '没有写入任何内容；保持磁盘原样，运行 liuhen check，并重新部署设备',

  'entry {}: expected {}': '条目 {1}：应为 {2}',
  'the fields of {}: {}': '{1} 的字段：{2}',
  'n {}, got {}': 'n 为 {1}，实为 {2}',
  'n, type and at: {}': 'n、type 与 at：{1}',
  'a JSON object in UTF-8': 'UTF-8 编码的 JSON 对象',
  'no line break': '不含换行',

  'signing key of epoch {}: {}': '第 {1} 期签名密钥：{2}',
  'a device without its key cannot go on with its journal: export what it holds and provision it anew':
    '设备失去密钥便不能续写日志账本：导出其所持内容，并重新部署',
  '{}: expected {} to {} bytes, got {}': '{1}：应为 {2} 到 {3} 字节，实为 {4}',

  'the archive cosigned {} at size {} with root {}, this journal has size {}':
    '归档端联署了 {1}，大小 {2}，根 {3}；此日志账本大小为 {4}',
  'the archive cosigned {} at size {} with root {}, this journal has size {} and there root {}':
    '归档端联署了 {1}，大小 {2}，根 {3}；此日志账本大小为 {4}，该处的根为 {5}',
  'the disk was rolled back or copied: take the device out of service and keep it as it is':
    '磁盘被恢复到旧状态或被复制：停用该设备并保持原样',
  'journal {} is closed': '日志账本 {1} 已关闭',
  'journal {} at size {}: {}': '日志账本 {1}，大小 {2}：{3}',

  'root key: expected type 01, got {}': '根公钥：类型应为 01，实为 {1}',
  'key note: expected liuhen/key of {} for epoch {}, got {}':
    '密钥交接：应为 {1} 第 {2} 期的 liuhen/key，实为 {3}',
  'key note: expected a key of {}, got {}': '密钥交接：应为 {1} 的密钥，实为 {2}',
  'key note: expected at most {} epochs': '密钥交接：应不超过 {1} 期',
  'keys: expected at most {} notes': '密钥：应不超过 {1} 次交接',

  'manifest.json: expected JSON': 'manifest.json：应为 JSON',
  'manifest.json: {}: {}': 'manifest.json：{1}：{2}',

  'subtree of level {} at size {}': '大小 {2} 时第 {1} 层的子树',

  'note: expected {}': '签名文书：应为 {1}',
  'note: the signature by {} does not verify': '签名文书：{1} 的签名未通过验证',
  'a key of type 01, got {}': '类型 01 的密钥，实为 {1}',
  'one signature by {}, got {}': '{1} 的一个签名，实为 {2} 个',
  'a text without control characters that ends with a line break': '不含控制字符、以换行结尾的文本',
  'a signature line "— <name> <base64>", got {}': '签名行“— <名称> <base64>”，实为 {1}',
  'at most {} signatures': '不超过 {1} 个签名',
  'a line break after the last signature': '最后一个签名之后有换行',
  'a blank line between text and signatures': '正文与签名之间有空行',

  'there is no journal here yet': '此处尚无日志账本',
  'run liuhen init first': '先运行 liuhen init',
  'entry {} is not the one in the tree': '条目 {1} 与哈希树中的不符',
  'the archive cosigned size {} with root {}, this journal has size {} and there root {}':
    '归档端联署了大小 {1}、根 {2}；此日志账本大小为 {3}，该处的根为 {4}',
  'the archive cosigned size {} with root {}, this journal has size {} and there root none':
    '归档端联署了大小 {1}、根 {2}；此日志账本大小为 {3}，该处没有根',
  'tree of size {}: expected root {}, got {}': '大小 {1} 的哈希树：根应为 {2}，实为 {3}',
  'checkpoint of size {}: expected a signature by {} for {}': '大小 {1} 的检查点：应有 {2} 对 {3} 的签名',
  'the checkpoint is missing, epoch is {}': '缺少检查点，密钥为第 {1} 期',
  'entry {} is here, the missing checkpoint ends before it': '此处有条目 {1}，而缺失的检查点止于其前',
  'entry {} is here, the checkpoint ends before it': '此处有条目 {1}，而检查点止于其前',

  'trust policy, line {}: expected {}': '信任策略第 {1} 行：应为 {2}',
  'a quorum line': 'quorum 行',
  'log, witness, group or quorum, got {}': 'log、witness、group 或 quorum，实为 {1}',
  'quorum none, or a name defined above, got {}': 'quorum none，或上文定义过的名称，实为 {1}',
  'one quorum line': '只有一行 quorum',
  'group <name> all|any|<k> <name>…, 1 <= k <= n': 'group <名称> all|any|<k> <名称>…，1 <= k <= n',
  'each name in one group, once; got {} again': '每个名称只在一个组中出现一次；{1} 重复',
  'a name defined above, got {}': '上文定义过的名称，实为 {1}',
  'witness <name> <vkey> [<url>]': 'witness <名称> <公钥> [<网址>]',
  'at most {} logs': '不超过 {1} 个 log',
  'log <vkey> [<url>]': 'log <公钥> [<网址>]',
  'no control characters': '不含控制字符',
  'at most {} names': '不超过 {1} 个名称',
  'a name that is new and not "none", got {}': '未用过且不为“none”的名称，实为 {1}',
  'each {} key once': '每个 {1} 密钥只出现一次',
  'a {} key of type 0{}': '类型 0{2} 的 {1} 密钥',
  'a vkey ({})': '公钥（{1}）',

  'tlog-proof: expected {}': 'tlog-proof：应为 {1}',
  'tree: expected {} hashes of level {}, got {}': '哈希树：第 {2} 层应有 {1} 个哈希，实为 {3}',
  '{} proof: expected {}': '{1!}证明：应为 {2}',
  'root {} at size {}, got {}': '大小 {2} 时的根 {1}，实为 {3}',
  'hashes of {} bytes, got one of {}': '{1} 字节的哈希，实有一个为 {2} 字节',
  'at most {} hashes, got {}': '不超过 {1} 个哈希，实为 {2}',
  'a path that reaches the root, got {} hashes': '能到达根的路径，实有 {1} 个哈希',
  'a path that ends at the root, got {} hashes': '止于根的路径，实有 {1} 个哈希',
  'a path, got none': '一条路径，实际没有',
  'no path between equal sizes, got {} hashes': '大小相等时没有路径，实有 {1} 个哈希',
  'sizes 1 <= from <= to, got {} and {}': '大小 1 <= from <= to，实为 {1} 与 {2}',
  'an index below the size, got {} of {}': '小于大小的序号，实为 {2} 中的 {1}',
  'a hash in base64, got {}': 'base64 的哈希，实为 {1}',
  'a line "index <n>"': '一行“index <n>”',
  'at most {} bytes of extra data in base64': '不超过 {1} 字节的附加数据，base64',
  'the line c2sp.org/tlog-proof@v1': '行 c2sp.org/tlog-proof@v1',
  'a checkpoint behind an empty line': '空行之后的检查点',
  'at most {} bytes': '不超过 {1} 字节',
  'extra {}': '附加数据 {1}',
  'index {}': '序号 {1}',

  'receipt: expected a signature by {}, got none': '回执：应有 {1} 的签名，实际没有',
  'receipt: expected liuhen/archived, origin, recording, fragments, digest; got {}':
    '回执：应为 liuhen/archived、来源、录像、片段数、摘要；实为 {1}',

  'tree: expected hashes for {} entries, got {}': '哈希树：应有 {1} 个条目的哈希，实为 {2}',
  'tile {}/{}: expected {} bytes, got {}': '瓦片 {1}/{2}：应为 {3} 字节，实为 {4}',
  'entry bundle {}: expected {} entries in {} bytes, got {} in {}':
    '条目包 {1}：应为 {2} 个条目、{3} 字节，实为 {4} 个、{5} 字节',

  'key name: expected no space and no plus, got {}': '密钥名称：不应含空格和加号，实为 {1}',
  'vkey: expected <name>+<8 hex digits>+<base64 of type and key>, got {}':
    '公钥：应为 <名称>+<8 位十六进制>+<类型与密钥的 base64>，实为 {1}',
  'vkey: expected an Ed25519 key of type 01 or 04, got {}':
    '公钥：应为类型 01 或 04 的 Ed25519 密钥，实为 {1}',
  'vkey: expected key id {}, got {} in {}': '公钥：密钥标识应为 {1}，{3} 中实为 {2}',
  'there is no journal here': '此处没有日志账本',
  'no checkpoint covers entry {}': '没有检查点覆盖条目 {1}',
  'the checkpoint of size {} is not signed by the current key, of epoch {}':
    '大小 {1} 的检查点没有当前第 {2} 期密钥的签名',
  'the archive cosigned another root at size {}': '归档端在大小 {1} 处联署的是另一个根',
  "the entries' root is {}, the checkpoint says {}": '各条目的根为 {1}，检查点所载为 {2}',
  'the archive witnessed {} entries, {} are here': '归档端见证了 {1} 个条目，此处有 {2} 个',
  'the stored hash {} of tile level {} is wrong': '瓦片第 {2} 层所存的哈希 {1} 有误',
  'entry {} is of {}, the one before it of {}': '条目 {1} 的时间为 {2}，其前一个为 {3}',
  'entry {} rotates to a key that the key notes do not lead to': '条目 {1} 更换的密钥不在密钥交接链上',
  'footage {}/{}/{} of entry {} is missing': '缺少条目 {4} 的影像 {1}/{2}/{3}',
  'footage {}/{}/{} of entry {} is not what was sealed: expected {} bytes with sha256 {}':
    '条目 {4} 的影像 {1}/{2}/{3} 与封存时不符：应为 {5} 字节、sha256 {6}',
  'the private key of epoch {} is still here, epoch is {}': '第 {1} 期私钥仍在，而现为第 {2} 期',
  'recording {} was removed under a receipt for something else': '录像 {1} 删除所依据的回执针对其他内容',
  'recording {} was removed before its retention had passed': '录像 {1} 在保存期满之前被删除',
  'recording {} was removed: {}': '录像 {1} 已被删除：{2}',
  'every entry is covered by the checkpoint, and its footage is here or was removed under a receipt':
    '每个条目都为检查点所覆盖，其影像在此处，或凭回执删除',
  'nothing that was sealed is missing': '已封存的内容没有缺失',
  'no footage was removed without a receipt and before its retention had passed':
    '没有影像在缺少回执或未满保存期时被删除',
  'all checkpoints are consistent': '全部检查点相互一致',
  'time never goes back without a clock-changed entry': '没有 clock-changed 条目时，时间从不倒退',
  'no private key older than the current epoch is left': '没有留存早于当前一期的私钥',
  'the checkpoint': '检查点',
  'the cosigned checkpoint': '已联署的检查点',
};
