import type { Catalogue } from '../pattern.js';

/** The authority's CA, its devices, and its broker's rules. */
export const authorityZh: Catalogue = {
  'the token is for {}, and the request is of {}': '令牌属于 {1}，而申请来自 {2}',
  'the token has been used': '令牌已被使用',
  'the token expired at {}': '令牌已于 {1} 过期',
  '{} is not enrolled with this authority': '{1} 未在此主管机关入网',
  'request: {} has {} certificates that are valid already': '申请：{1} 已有 {2} 张有效证书',
  'find out why it renews so often: liuhen authority list, and the log of liuhen authority serve':
    '查明其频繁更新的原因：liuhen authority list，以及 liuhen authority serve 的日志',
  'request: the certificate of {} has expired on {}': '申请：{1} 的证书已于 {2} 过期',
  'look at the device and why it did not renew, then take its request with liuhen authority enrol --expired':
    '检查设备及其未更新的原因，再用 liuhen authority enrol --expired 受理其申请',
  'request: {} is enrolled with another root key': '申请：{1} 已用另一把根密钥入网',
  'request: {}': '申请：{1}',
  'compare the words of the root key with those that liuhen provision shows on the device':
    '将根密钥的词语与设备上 liuhen provision 显示的核对',
  'it is not signed with a certificate of {} that this authority issued':
    '它没有用本主管机关签发给 {1} 的证书签名',
  '{} was revoked on {}: {}': '{1} 已于 {2} 被吊销：{3}',
  'no device may be called {}: topics of others are': '设备不得命名为 {1}：这是他人使用的主题',
  '{} is of {}, and this authority is {}': '{1} 属于 {2}，而此处的主管机关是 {3}',
  '{} is not enrolled, so it cannot renew': '{1} 尚未入网，无从更新证书',
  'expected a domain name in lower case with at least one dot, such as liuhen.example':
    '应为小写域名且至少含一个点，例如 liuhen.example',
  'expected a host name or an address of the broker': '应为消息服务器的主机名或地址',
  "expected the archive's vkey": '应为归档端的公钥',
  'expected a vkey: <name>+<8 hex digits>+<base64>': '应为公钥：<名称>+<8 位十六进制>+<base64>',
  'authority: {}: {}': '主管机关：{1}：{2}',
  'there is no authority in {}': '{1} 中没有主管机关',
  'name its folder with --dir, or make one with liuhen authority init':
    '用 --dir 指明其目录，或用 liuhen authority init 建立',
  '{}: expected a file as liuhen authority init writes it': '{1}：应为 liuhen authority init 写出的文件',
  '--domain: expected a domain name, got {}': '--domain：应为域名，实为 {1}',
  '{} is not encrypted, and a passphrase was given for it': '{1} 未加密，却给出了口令',
  'go on without one (--no-passphrase), or make an authority with another CA in another folder':
    '不用口令继续（--no-passphrase），或在另一目录用另一个 CA 建立主管机关',
  'there is an authority in {} already, of {}': '{1} 中已有主管机关，属于 {2}',
  'choose another folder with --dir': '用 --dir 另选目录',
  'there is no authority at {}': '{1} 处没有主管机关',
  'expected a file as liuhen authority init writes it': '应为 liuhen authority init 写出的文件',
  'its certificate and its private key do not belong together': '其证书与私钥不匹配',
  'the passphrase is another one, or the file was changed': '口令不对，或文件被改动',
  'another process is changing the authority in {}': '另一个进程正在修改 {1} 中的主管机关',
  'another process is changing {}': '另一个进程正在修改 {1}',
  'try again when it has ended': '待其结束后重试',
  '{}: expected a device as liuhen authority enrol writes it':
    '{1}：应为 liuhen authority enrol 写出的设备记录',
  'a registered device has a certificate': '已登记的设备应有证书',
  'expected a device id, got {}': '应为设备编号，实为 {1}',
  'expected a token id of 16 hex digits': '应为 16 位十六进制的令牌编号',
  "the authority's side of provisioning: its CA, its devices, its broker's rules":
    '主管机关一侧的部署工作：CA、设备、消息服务器的访问规则',
  "file (chmod 600) whose first line is the passphrase of the CA's key; without it a prompt asks":
    '文件（chmod 600），首行为 CA 密钥的口令；不给则当场询问',
  'folder of the authority': '主管机关的目录',
  "Who has the CA's key can connect as any device; no evidence can be forged with it. Run again to change a setting: the others stay, and the keys.":
    '持有 CA 密钥者可冒充任何设备连接，但不能伪造证据。再次运行可更改某项设置：其余设置与密钥不变。',
  "keep the CA's key in the clear, mode 0600": 'CA 密钥不加密保存，权限 0600',
  'account that mosquitto runs under (default: your own)': '运行 mosquitto 的账户（默认：当前用户）',
  'validity of a certificate (default: 825)': '证书有效天数（默认：825）',
  'root key for content and commands, which devices pin (liuhen sign key --role root)':
    '签署内容与命令的根公钥，设备据此核验（liuhen sign key --role root）',
  'folder of the archive, which devices are registered with': '归档端的目录，设备同时在那里登记',
  'its port for enrolling by token (default: 8884)': '凭令牌入网的端口（默认：8884）',
  "the broker's port for devices (default: 8883)": '设备连接消息服务器的端口（默认：8883）',
  'address that the broker listens on (default: 0.0.0.0)': '消息服务器的监听地址（默认：0.0.0.0）',
  "name or address under which devices reach the broker (default: this machine's address)":
    '设备连接消息服务器所用的名称或地址（默认：本机地址）',
  'domain of the authority that answers for the devices': '对这些设备负责的主管机关的域名',
  'warning: {} is not encrypted: who reads it can connect as any device':
    '警告：{1} 未加密：读到它的人可冒充任何设备连接',
  "Devices connect there. The CA's certificate: {}, sha256 {}":
    '设备连接到该地址。CA 的证书：{1}，sha256 {2}',
  'and once more with --archive FOLDER, so that devices are registered with it':
    '再带 --archive 目录 运行一次，以便设备在归档端登记',
  'liuhen authority enrol REQUEST, or liuhen authority serve and liuhen authority token DEVICE':
    'liuhen authority enrol 申请；或 liuhen authority serve 与 liuhen authority token 设备',
  'The answer is no secret and fits only the device that asked. The same request gets the same answer again.':
    '答复不是秘密，只适用于提出申请的设备。同一申请总是得到同一答复。',
  'take a request whose proof is a certificate that has expired': '受理以已过期证书为凭的申请',
  "do not ask whether the words of the device's root key are right": '不再询问设备根密钥的词语是否一致',
  'file for the answer (default: beside the request, or stdout as a line)':
    '答复写入的文件（默认：与申请放在一起，否则在标准输出打印一行）',
  "file of a device's request, the line that it printed, or - for either on stdin":
    '设备申请的文件、设备打印的那一行，或 -（从标准输入读取）',
  'give a device its certificate and register it, also with the archive':
    '向设备签发证书并登记，同时在归档端登记',
  "next: on the device, liuhen provision --answer 'the line above'":
    "下一步：在设备上执行 liuhen provision --answer '上面这一行'",
  'next: on the device, liuhen provision --answer {} (or its line)':
    '下一步：在设备上执行 liuhen provision --answer {1}（或用其中那一行）',
  'Who has a token can enrol as that device: carry it as you would a password. liuhen authority serve answers it.':
    '持有令牌者可以该设备的身份入网：请像密码一样保管。由 liuhen authority serve 应答。',
  'file for the token, mode 0600 (default: stdout); of several, a folder for <device>.token':
    '令牌写入的文件，权限 0600（默认：标准输出）；多台设备时为目录，内含 <设备>.token',
  'how long it may be used': '有效时长',
  'ids of devices': '设备编号',
  'make a one-time token with which a device enrols over MQTT': '生成一次性令牌，设备凭它通过 MQTT 入网',
  'once each, until {}': '每个只能用一次，有效期至 {1}',
  'next: on the device, liuhen provision --token-file FILE':
    '下一步：在设备上执行 liuhen provision --token-file 文件',
  'answer devices that enrol by token or renew their certificate, until SIGINT or SIGTERM':
    '为凭令牌入网或更新证书的设备应答，直至收到 SIGINT 或 SIGTERM',
  "What the device has recorded stays provable. Example: liuhen authority revoke recorder-0001 --why 'lost on 12 May'":
    "该设备已录制的内容仍可证明。示例：liuhen authority revoke recorder-0001 --why 'lost on 12 May'",
  'why, for the registry': '原因，记入登记册',
  'id of the device, or an office such as publisher@DOMAIN, which gets another certificate':
    '设备编号，或职务，例如 publisher@DOMAIN：职务随即得到另一份证书',
  'there is no certificate of {}': '没有 {1} 的证书',
  'liuhen authority init makes one': 'liuhen authority init 会生成',
  'its new certificate and key are in {}: carry that to whoever holds the office':
    '其新证书与密钥在 {1}：请送交担任该职务的人',
  "take a device's certificate from it: the broker refuses it from now on":
    '吊销设备的证书：消息服务器自此拒绝它',
  'the broker has read its rules again: it refuses the device, and nothing passes of a connection that is open':
    '消息服务器已重新读取规则：拒绝该设备，已打开的连接也不再转发任何内容',
  'devices with a certificate: until when, and which were revoked':
    '持有证书的设备：有效期，以及哪些已被吊销',
  'no device is enrolled': '尚无设备入网',
  'revoked {}': '{1} 吊销',
  expired: '已过期',
  good: '有效',
  'there is no request in {}: {}': '{1} 中没有申请：{2}',
  'there is no terminal to ask whether these words are those of the device':
    '没有可供询问的终端，无法确认这些词语是否属于该设备',
  'compare them, and say so with --yes': '请核对词语，一致则加 --yes',
  'does the device show the same words?': '设备上显示的词语是否相同？',
  Yes: '是',
  No: '否',
  'not enrolled: the words were not confirmed': '未入网：词语未经确认',
  'somebody may have exchanged the request: carry it anew': '申请可能被人调换：请重新取一份',
  'expected 1 to 3650 days': '应为 1 到 3650 天',
  "the CA's key in {}": '{1} 中的 CA 密钥',
  profile: '类型',
  unit: '单位',
  until: '有效期至',
  certificate: '证书',
  'root key in words': '根密钥的词语',
  'make the CA, certificates for broker and archive, and configurations for both':
    '建立 CA、消息服务器与归档端的证书，以及二者的配置',
  'next: liuhen archive run --config {}, which is archive and broker in one;':
    '下一步：liuhen archive run --config {1}，归档端与消息服务器合为一体；',
  'or mosquitto -c {} and liuhen archive run --config {}':
    '或 mosquitto -c {1} 与 liuhen archive run --config {2}',
  'mosquitto is {} here; an archive that is the broker itself reads its rules again within a second':
    '此处的 mosquitto：{1!}；兼任消息服务器的归档端会在一秒内重新读取规则',
  'next: where mosquitto runs elsewhere, copy {} to it, and restart it':
    '下一步：mosquitto 在别处运行时，把 {1} 复制过去并重启',
  'liuhen authority list shows who is': 'liuhen authority list 列出已入网的设备',
  'liuhen provision on the device writes it': '由设备上的 liuhen provision 写出',
  'for kiosks and commands: once more with --root VKEY, which liuhen sign key --role root prints':
    '大厅终端与远程命令：再带 --root 公钥 运行一次，公钥由 liuhen sign key --role root 打印',
};
