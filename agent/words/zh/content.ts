import type { Catalogue } from '../pattern.js';

/** Keys that sign, content, and what a hall shows. */
export const contentZh: Catalogue = {
  '{}: expected a key of role {}, got one of role {}': '{1}：应为{2!}角色的密钥，实为{3!}角色',
  '{}: expected at most {} bytes once signed, got {}': '{1}：签名后应不超过 {2} 字节，实为 {3}',
  'expected a device id, or <authority domain>/<device id>, got {}':
    '应为设备编号，或 <主管机关域名>/<设备编号>，实为 {1}',
  'expected one of our payload types, got {}': '应为本系统的载荷类型之一，实为 {1}',
  '{}: {} revision {} stands with another text in {}': '{1}：{2} 第 {3} 版在 {4} 中另有不同内容',
  'a kiosk takes only the first it sees; sign the right text anew with the next revision':
    '大厅终端只接受先收到的那份；请把正确的内容作为下一版重新签名',
  'there is no {}': '不存在 {1}',
  '{}: expected at most {} bytes, got {}': '{1}：应不超过 {2} 字节，实为 {3}',
  'key name: expected <authority domain>/<name of a-z, 0-9, ->, got {}':
    '密钥名称：应为 <主管机关域名>/<名称，限 a-z、0-9、->，实为 {1}',
  'such as liuhen.example/{}-1': '例如 liuhen.example/{1}-1',
  '{} exists, and a key is never written over': '{1} 已存在，密钥从不覆盖',
  'name another file with --out': '用 --out 指定另一个文件',
  'passphrase: expected at least {} characters, got {}': '口令：应至少 {1} 个字符，实为 {2}',
  'four or five words that do not belong together are long and can be remembered':
    '四五个互不相关的词，既长又好记',
  '{}: expected a key of role {}, got {}': '{1}：应为{2!}角色的密钥，实为{3!}',
  '{}: the passphrase is another one, or the file was changed': '{1}：口令不对，或文件被改动',
  'try again; without its passphrase a key is lost, and the root signs a trust document without it':
    '请重试；没有口令的密钥即告丢失，须由根密钥签署不含它的信任文件',
  'there is no key file {}': '没有密钥文件 {1}',
  'make one with liuhen sign key': '用 liuhen sign key 生成',
  'expected a key file as liuhen sign key writes it': '应为 liuhen sign key 写出的密钥文件',
  'expected a plain file': '应为普通文件',
  'its private and its public key do not belong together': '其私钥与公钥不匹配',
  'expected a decision that is no major one in the sample hall': '应为示例大厅中一项非重大决定',
  '{}: expected at most {} bytes, which this broker takes, got {}':
    '{1}：此消息服务器最多接收 {2} 字节，实为 {3}',
  "make pictures smaller, or raise the broker's limit (mosquitto: max_packet_size)":
    '缩小图片，或提高消息服务器的上限（mosquitto：max_packet_size）',
  'expected a trust document': '应为信任文件',
  'no answer came within {} s': '{1} 秒内没有应答',
  'the device may be away, and if the command reached it, it will do it still; --retain keeps it at the broker until it expires':
    '设备可能不在线；若命令已送达，设备仍会执行；加 --retain 可让消息服务器保留命令直至过期',
  '{} was refused: {}: {}': '{1} 被拒绝：{2}：{3}',
  '{} was refused: {}:': '{1} 被拒绝：{2}：',
  '{} was refused: replay: {}': '{1} 被拒绝：重复的命令：{2}',
  '{} was refused: replay:': '{1} 被拒绝：重复的命令：',
  '{} failed: {}: {}': '{1} 失败：{2}：{3}',
  '{}: the device ended in the middle of it': '{1}：设备在执行途中退出',
  'look at the device; the command is not tried again, send another one':
    '检查设备；该命令不会重试，请另发一条',
  'expected documents in {}, got none': '{1} 中应有文档，实际没有',
  '{}: expected one document, got none': '{1}：应有一份文档，实际没有',
  '{}: expected one document, got more': '{1}：应只有一份文档，实际更多',
  '{}: expected the number of the last version in one line': '{1}：应为一行，内容是上一版的版本号',
  'write into it the version of the newest trust document that was published':
    '在其中写入最近一次发布的信任文件的版本号',
  '{}: expected a plain file': '{1}：应为普通文件',
  'there is no file {}': '没有文件 {1}',
  '{}: expected UTF-8 text': '{1}：应为 UTF-8 文本',
  'expected at most {} documents': '应不超过 {1} 份文档',
  'what a hall shows, what is held back and why': '大厅显示什么、暂不显示什么及其原因',
  'From a broker it is what a new kiosk would show, which has seen no earlier revision.':
    '从消息服务器读取时，结果等同于一台从未见过旧版本的新大厅终端所显示的内容。',
  'list the content of a hall, from the kiosk that runs, its data folder, or a broker':
    '列出大厅的内容，来自正在运行的大厅终端、其数据目录或消息服务器',
  'only these': '只列这些',
  'They are checked as if they came by the network; what is refused changes nothing.':
    '与经网络送达的内容同样核验；被拒绝的不产生任何改变。',
  'envelopes, or folders of them': '信封文件，或存放信封的目录',
  'take signed envelopes from files into a kiosk, such as from a USB stick':
    '把文件中的已签名信封导入大厅终端，例如来自 U 盘',
  'expected envelopes in {}, got none': '{1} 中应有信封，实际没有',
  "the authority's root key, where no configuration names it": '主管机关的根公钥，配置中没有时给出',
  'the hall, where no configuration names it': '大厅，配置中没有时给出',
  'expected 1 to 64 characters from a-z, 0-9 and -': '应为 1 到 64 个字符，限 a-z、0-9 和 -',
  'expected a vkey as liuhen sign key printed it': '应为 liuhen sign key 打印的公钥',
  'there is no content of a kiosk in {}': '{1} 中没有大厅终端的内容',
  'name the data folder of a kiosk with --data': '用 --data 指明大厅终端的数据目录',
  'expected the hall and the root key of its authority': '应给出大厅及其主管机关的根公钥',
  "name the kiosk's configuration with --config, or give --hall and --root":
    '用 --config 指明大厅终端的配置，或给出 --hall 与 --root',
  'hall {} at {} UTC': '大厅 {1}，{2} UTC',
  'no trust document: nobody is trusted': '没有信任文件：谁都不被信任',
  'trust document {}': '信任文件第 {1} 版',
  nothing: '无内容',
  'damaged: {}/{} revision {}': '已损坏：{1}/{2} 第 {3} 版',
  'refused: {} as {}': '拒绝：{1} 次，原因 {2}',
  'revision {}': '第 {1} 版',
  taken: '已接收',
  'was here already': '原已存在',
  'refused, {}': '已拒绝，{1}',
  'PEM: private key of that certificate': 'PEM：该证书的私钥',
  'PEM: certificate to show to the broker': 'PEM：向消息服务器出示的证书',
  'PEM: certificates to trust instead of the system ones': 'PEM：代替系统证书的受信任证书',
  'file (chmod 600) whose first line is the password at the broker':
    '文件（chmod 600），首行为消息服务器的密码',
  'user name at the broker': '消息服务器的用户名',
  'mqtt://host:port or mqtts://host:port': 'mqtt://主机:端口 或 mqtts://主机:端口',
  'expected --broker URL': '应给出 --broker 地址',
  'expected --cert-file and --key-file together': '--cert-file 与 --key-file 应同时给出',
  'expected mqtt://host:port or mqtts://host:port, without user name or password':
    '应为 mqtt://主机:端口 或 mqtts://主机:端口，不含用户名和密码',
  'How an envelope around such a document is made, and what is checked beyond the schema: agent/disclosure/FORMAT.md':
    '此类文档的信封如何制作，以及模式之外还检查什么：见 agent/disclosure/FORMAT.md',
  'and agent/commands/FORMAT.md.': '与 agent/commands/FORMAT.md。',
  'without line breaks': '不换行',
  'all kinds of content, as one object by kind': '全部内容种类，合为一个以种类为键的对象',
  'print the JSON Schema (2020-12) of a kind of content, or of commands, for the platform that writes it':
    '打印某类内容或命令的 JSON Schema（2020-12），供编写方平台使用',
  'kind of content, or command': '内容种类，或 command',
  'expected one of {}, or --all': '应为 {1} 之一，或 --all',
  "the authority's side: keys, the trust document, signed content, publishing it":
    '主管机关一侧：密钥、信任文件、已签名内容及其发布',
  'The root key signs trust documents and nothing else: keep it away from every network.':
    '根密钥只签署信任文件：请使其远离一切网络。',
  'file (chmod 600) whose first line is the passphrase; without it a prompt asks':
    '文件（chmod 600），首行为口令；不给则当场询问',
  'file to make (default: <name without domain>.key)': '要写的文件（默认：<去掉域名的名称>.key）',
  'key name: <authority domain>/<name>, unique under the authority':
    '密钥名称：<主管机关域名>/<名称>，在主管机关内唯一',
  'make a key in a file of its own, encrypted under a passphrase; prints its vkey':
    '生成密钥并单独存为文件，以口令加密；打印其公钥',
  'what it may sign': '可以签署的内容',
  'That line is the public half; {} and its passphrase are the key. Neither can be made again.':
    '这一行是公开的一半；{1} 与其口令合为密钥。二者都无法重新生成。',
  'next: every kiosk pins that line as disclosure.root in its configuration':
    '下一步：每台大厅终端在配置的 disclosure.root 中指定这一行',
  'next: list it in a trust document, as keyFile: {} (liuhen sign trust --help)':
    '下一步：在信任文件中列出它，写为 keyFile: {1}（liuhen sign trust --help）',
  'Example of a file:': '文件示例：',
  'keyFile: desk.key          # or vkey: the line that liuhen sign key printed':
    'keyFile: desk.key          # 或 vkey：liuhen sign key 打印的那一行',
  'A key that is no longer listed is no longer trusted: sign the list without it and publish it.':
    '不再列出的密钥即不再受信任：签署不含它的名单并发布。',
  'YAML with the list of keys': '列有密钥的 YAML',
  'sign who may sign what: a trust document, whose version goes up by itself':
    '签署谁可以签什么：信任文件，版本号自动递增',
  'trust document, version {}, {} keys': '信任文件，第 {1} 版，{2} 把密钥',
  'All documents are signed, or none. May be left out: hall (--hall), issued (now), revision (one above what is in --out), and the':
    '文档要么全部签名，要么都不签。可以省略：hall（--hall）、issued（当前时间）、revision（比 --out 中的大一），',
  'sha256 of what a review or notice is about. Pictures are named by their file. What is signed already and unchanged is left alone.':
    '以及审核或公告所针对内容的 sha256。图片以文件名给出。已签名且未改动的保持原样。',
  'Personal data of a natural person is masked before it is signed; what was masked is listed. liuhen schema KIND shows every field.':
    '自然人的个人信息在签名前遮蔽；遮蔽了什么会列出。liuhen schema 种类 显示全部字段。',
  'check everything, sign and write nothing': '全部检查一遍，不签名也不写出',
  'envelopes that reviews and notices may be about (default: those in --out)':
    '审核与公告可以针对的信封（默认：--out 中的）',
  'hall of documents that name none': '未写明大厅的文档所属的大厅',
  'YAML files; documents in one file are parted by ---': 'YAML 文件；同一文件中的多份文档以 --- 分隔',
  'check and sign posts, disclosures, decisions, reviews and notices that are written in YAML':
    '检查并签署用 YAML 编写的岗位信息、公示、决定、审核意见和公告',
  '{}/{} revision {} unchanged': '{1}/{2} 第 {3} 版 未改动',
  '{}/{} revision {} good': '{1}/{2} 第 {3} 版 合格',
  '{}/{} revision {} → {}': '{1}/{2} 第 {3} 版 → {4}',
  '{}:{}: masked: {}; read it before you publish it': '{1}:{2}：已遮蔽：{3}；发布前请过目',
  'folder for the signed envelopes': '存放已签名信封的目录',
  'file of a publisher key; for reviews of a reviewer key': '发布密钥的文件；签署审核意见时为审核密钥',
  'file of the root key': '根密钥的文件',
  'the {} key {}': '{1!}密钥 {2}',
  publisher: '发布',
  reviewer: '审核',
  root: '根',
  'Topics: liuhen/1/board/<hall>/<kind>/<id>. Needs no key: what is in the files is signed, and kiosks check it.':
    '主题：liuhen/1/board/<大厅>/<种类>/<编号>。不需要密钥：文件内容已签名，由大厅终端核验。',
  'do not read back what the broker then holds': '发布后不回读消息服务器所存内容',
  'say what would be published where, and connect to nothing': '只说明将发布什么、发布到哪里，不建立连接',
  'halls for a trust document (default: those of the content beside it)':
    '信任文件要发往的大厅（默认：同时发布的内容所属的大厅）',
  'envelopes, or folders of them; of each only the newest revision goes out':
    '信封文件，或存放信封的目录；每项只发布最新一版',
  'publish signed envelopes to the kiosks of their halls: retained, QoS 1':
    '把已签名的信封发布到所属大厅的终端：保留消息，QoS 1',
  '{} bytes': '{1} 字节',
  'nothing was published': '没有发布任何内容',
  '{} published': '已发布 {1} 项',
  'expected signed envelopes (….dsse.json), got none': '应为已签名的信封（….dsse.json），实际没有',
  '--hall: expected a-z, 0-9 and -, got {}': '--hall：应为 a-z、0-9 和 -，实为 {1}',
  'a trust document names no hall: expected --hall HALL': '信任文件不指明大厅：应给出 --hall 大厅',
  'the broker does not hold what it acknowledged: {}, and {} more':
    '消息服务器没有保存它已确认的内容：{1}，另有 {2} 项',
  'the broker does not hold what it acknowledged: {}': '消息服务器没有保存它已确认的内容：{1}',
  "check the broker's access rules for this user, its message size limit, and that it keeps retained messages":
    '检查消息服务器对该用户的访问规则、消息大小上限，以及是否保存保留消息',
  'expected revision {}, got {}/{} {}': '应为第 {1} 版，实为 {2}/{3} {4}',
  'expected an amount in yuan, such as 5000': '应为以元计的金额，例如 5000',
  'expected names of fields with commas between': '应为以逗号分隔的领域名称',
  'expected the English name, 1 to 200 characters in one line': '应为英文名称，一行，1 到 200 个字符',
  'expected base64': '应为 base64',
  'envelope: expected {}': '信封：应为 {1}',
  'payload, payloadType and signatures: {}: {}': 'payload、payloadType 与 signatures：{1}：{2}',
  'at most {} bytes and {} signatures, got {} and {}': '不超过 {1} 字节和 {2} 个签名，实为 {3} 和 {4}',
  'expected a payload type of liuhen, got {}': '应为 liuhen 的载荷类型，实为 {1}',
  "expected a signature by the authority's root key, got {} that are not":
    '应有主管机关根密钥的签名，现有 {1} 个签名都不是',
  'expected a signature in the time of its key, got one of {} by {}':
    '签名应在其密钥的有效期内，实为 {2} 于 {1} 的签名',
  'a key that is trusted no more': '已不受信任的密钥',
  'expected liuhen/1/board/<hall>/<kind>/<id>, with ids of a-z, 0-9 and -':
    '应为 liuhen/1/board/<大厅>/<种类>/<编号>，编号限 a-z、0-9 和 -',
  'expected hall {}, got a topic of {}': '应为大厅 {1}，实为 {2} 的主题',
  '{} was cleared': '{1} 已被清空',
  'expected at most {} pieces of content in {}': '{2} 中的内容应不超过 {1} 项',
  'expected hall {}, got {}': '应为大厅 {1}，实为 {2}',
  'expected it to be shown after {}, got until {}': '应在 {1} 之后仍可显示，实际只到 {2}',
  'expected a revision of at least {}, got {}': '版本应不低于 {1}，实为 {2}',
  'expected revision {} with sha256 {}, got {}': '应为 sha256 为 {2} 的第 {1} 版，实为 {3}',
  'expected the topic of {}/{}, got {}': '应为 {1}/{2} 的主题，实为 {3}',
  'document: {}': '文档：{1}',
  'expected every field once': '每个字段应只出现一次',
  'expected JSON in UTF-8': '应为 UTF-8 编码的 JSON',
  'expected a masked name such as 张某某 or 张**': '应为遮蔽后的姓名，例如 张某某 或 张**',
  'expected a masked name such as Zhang **': '应为遮蔽后的姓名，例如 Zhang **',
  'expected a masked number such as 110**************X': '应为遮蔽后的号码，例如 110**************X',
  'expected a masked number such as 138****5678': '应为遮蔽后的号码，例如 138****5678',
  'expected an address down to the district or county and then ***': '应为只到区县、其后为 *** 的地址',
  'expected *** and then the district, city …': '应为 *** 加区、市……',
  'expected 18 characters of a unified social credit code': '应为 18 位统一社会信用代码',
  'expected text, got only spaces': '应为文字，实际只有空格',
  'expected at most four combining marks in a row': '连续的组合符号应不超过四个',
  'expected no control, format or right-to-left override characters': '不应含控制、格式或从右至左的字符',
  'expected 64 hex digits': '应为 64 位十六进制数',
  'expected a telephone number of digits, spaces, brackets and hyphens':
    '应为电话号码，限数字、空格、括号和连字符',
  'expected a web address without user name': '应为不含用户名的网址',
  'expected an https:// address': '应为 https:// 地址',
  'expected the vkey of an Ed25519 key (type 01)': '应为 Ed25519 公钥（类型 01）',
  'content {}': '内容 {1}',
  'trust: expected a version above {}, got {}': '信任文件：版本应高于 {1}，实为 {2}',
  'major: {}': '重大：{1}',
  'late: due {}, published {}, {} working days late (holidays of that year were not yet known)':
    '逾期：应于 {1} 公示，实于 {2} 公示，逾期 {3} 个工作日（当年节假日尚未公布）',
  'late: due {}, published {}, {} working days late': '逾期：应于 {1} 公示，实于 {2} 公示，逾期 {3} 个工作日',
  'beside it: {}/{}': '同时展示：{1}/{2}',
  STATE: '状态',
  KIND: '种类',
  REV: '版本',
  ISSUED: '签发',
  EXPIRES: '截止',
  TITLE: '标题',
  'liuhen command send --help lists what {} takes': 'liuhen command send --help 列出 {1} 所需的参数',
  'liuhen sign content writes them': '由 liuhen sign content 写出',
  'a list': '列表',
  'expected {}': '应为 {1!}',
  'expected one of the forms that liuhen schema shows': '应为 liuhen schema 所示的形式之一',
  'expected at least {}': '应至少为 {1}',
  'expected at most {}': '应至多为 {1}',
  'expected what liuhen schema shows ({})': '应为 liuhen schema 所示的形式（{1}）',
  'correct what is named above; nothing was signed': '按上文更正；没有签署任何内容',
  'expected a key of role {} to sign a {}, got one of role {}': '签署 {2} 应使用{1!}角色的密钥，实为{3!}角色',
  'expected one of {}, got nothing': '应为 {1} 之一，实际没有',
  'expected keys such as `kind: post`': '应为 `kind: post` 之类的键',
  'expected a revision above {}, which is signed already, got {}': '版本应高于已签署的 {1}，实为 {2}',
  'expected {} once among these files': '{1} 在这些文件中应只出现一次',
  'expected a key of one of these roles, got one of role {}': '密钥应为这些角色之一，实为{1!}角色',
  'expected `keys:`, a list of holders and their keys': '应为 `keys:`，即持有人及其密钥的列表',
  'expected no time in the future': '不应为将来的时间',
  'expected a version above {}, which this root key has signed, got {}; leave it out and it goes up by itself':
    '版本应高于此根密钥已签署的 {1}，实为 {2}；不写则自动递增',
};
