import type { Catalogue } from '../pattern.js';

/** The microcontroller and its firmware. */
export const firmwareZh: Catalogue = {
  "the firmware of the board's microcontroller, through the agent where one runs":
    '单片机的固件；有代理程序运行时经由它操作',
  'show what runs and what is in the other slot': '显示正在运行的和另一槽位中的固件',
  'make it stay once it runs and answers': '待其运行并有应答后予以保留',
  'signed image, as imgtool sign writes it': '已签名的映像，由 imgtool sign 写出',
  'check, upload and try an image; until it is confirmed a reset brings back the one before':
    '检查、上传并试运行映像；确认之前一旦复位即退回原有映像',
  'make the running image stay': '保留正在运行的映像',
  'go back to the image in the other slot': '退回另一槽位中的映像',
  'public key in PEM that images must be signed with': '映像签名须对应的公钥（PEM）',
  'its speed': '其波特率',
  'serial port of the microcontroller, where no agent runs': '没有代理程序运行时，单片机的串口',
  '{} → {}: it stays': '{1} → {2}：已保留',
  '{} → {}: on trial: liuhen firmware confirm makes it stay, any reset brings back the one before':
    '{1} → {2}：试运行中：执行 liuhen firmware confirm 予以保留，任何复位都会退回原有映像',
  '{} stays': '{1} 已保留',

  'firmware: interrupted; the same command goes on from there': '固件：已中断；再次执行同一命令即从该处继续',
  'expected the port of the microcontroller': '应给出单片机的端口',
  'set hardware.board.port, or give --port': '设置 hardware.board.port，或给出 --port',

  'firmware: {}': '固件：{1}',
  '{} % of {} bytes sent': '{2} 字节已发送 {1} %',
  'restarting the board; swapping images takes a while': '正在重启单片机；交换映像需要一些时间',
  'checking what runs now': '正在核对现在运行的映像',
  'confirming it': '正在确认',

  'firmware: expected a public key to check the image with, got none': '固件：应有核验映像的公钥，实际没有',
  'set hardware.board.firmwareKeyFile': '设置 hardware.board.firmwareKeyFile',
  'firmware: the board is being updated already': '固件：单片机已在更新中',
  '{}: expected a file': '{1}：应为文件',
  'cannot read {}: {}': '无法读取 {1}：{2}',

  'board time': '单片机时间',
  'board outputs': '单片机输出',
  'board status': '单片机状态',

  'smp: the client was closed': '单片机通信：客户端已关闭',
  "{}: expected at most {} bytes for the server's buffer, got {}":
    '{1}：服务端缓冲区应不超过 {2} 字节，实为 {3}',
  'look at the cable, the port in the configuration and whether the microcontroller has power':
    '检查线缆、配置中的端口，以及单片机是否供电',
  '{} requests are waiting already': '已有 {1} 个请求在等待',
  'the client was closed': '客户端已关闭',
  'smp {} of group {} command {}': '单片机通信 {1}，组 {2} 命令 {3}',

  'give the .signed.bin of the build, not its ELF or HEX file':
    '请使用编译所得的 .signed.bin，而不是 ELF 或 HEX 文件',
  'the file was damaged or changed after it was made: copy it again from where it was signed':
    '文件在生成之后损坏或被改动：从签名处重新复制',
  'sign it with imgtool sign --sha 256': '用 imgtool sign --sha 256 签名',
  'an image for upload is made without --pad or --confirm of imgtool':
    '用于上传的映像在生成时不用 imgtool 的 --pad 与 --confirm',
  'expected a bootable image, got one flagged as not bootable': '应为可启动的映像，实为标记为不可启动的',
  'expected an image in the clear, got an encrypted one, which cannot be checked here':
    '应为未加密的映像，实为加密映像，此处无法核验',
  'expected a header size of at least {} bytes, got {}': '头部大小应至少 {1} 字节，实为 {2}',
  'expected magic 0x{}, got 0x{}': '魔数应为 0x{1}，实为 0x{2}',
  'expected content with hash {}, got {}': '内容哈希应为 {1}，实为 {2}',
  'expected a SHA-256 TLV of {} bytes, got none': '应有 {1} 字节的 SHA-256 TLV，实际没有',
  'expected a SHA-256 TLV of {} bytes, got {}': 'SHA-256 TLV 应为 {1} 字节，实为 {2}',
  'expected the protected TLV area to end at byte {}, got {}': '受保护的 TLV 区应止于字节 {1}，实为 {2}',
  'expected at least {} bytes as its header says, got {}': '按头部所载应至少 {1} 字节，实为 {2}',
  'expected {} bytes as its header and TLVs say, got {}': '按头部与 TLV 所载应为 {1} 字节，实为 {2}',

  'image {}': '映像 {1}',
  'image upload: {}': '映像上传：{1}',
  'image state': '映像状态',
  'image upload': '映像上传',
  'the upload did not advance, stopped at {} of {} bytes': '上传没有进展，停在 {2} 字节中的 {1} 字节',
  'what the microcontroller holds does not match what was sent': '单片机所存与发送的不一致',
  'expected an image, got no bytes': '应为映像，实际没有字节',
  'expected room for data beside {}, got {} bytes': '除 {1} 之外应有数据空间，实为 {2} 字节',
  'expected an offset of at most {}, got {}': '偏移应不超过 {1}，实为 {2}',

  'firmware key: expected a public key in PEM, Ed25519 or ECDSA P-256, got {}':
    '固件公钥：应为 PEM 公钥，Ed25519 或 ECDSA P-256，实为 {1}',
  'write it with imgtool getpub --encoding pem': '用 imgtool getpub --encoding pem 写出',
  'use an image signed with the key that this board trusts': '使用由此单片机信任的密钥签名的映像',
  'expected a {} signature that verifies, got one that does not': '应有通过验证的 {1} 签名，实际未通过',
  'expected a signature of kind {}, got none': '应有 {1} 类签名，实际没有',
  'expected a signature over the hash, got one over the whole image (imgtool --pure)':
    '应为对哈希的签名，实为对整个映像的签名（imgtool --pure）',
  'expected a signature by key {}…, got one by {}…': '应为密钥 {1}… 的签名，实为 {2}… 的',
  'expected a signature, got none': '应有签名，实际没有',
  'something else': '其他内容',
  'a private key': '私钥',
  '{} characters': '{1} 个字符',

  'firmware image: {}': '固件映像：{1}',
  'expected one TLV of type 0x{}, got several': '类型 0x{1} 的 TLV 应只有一个，实有多个',
  'expected entry {} of TLV area 0x{} to end by byte {}': 'TLV 区 0x{2} 的条目 {1} 应止于字节 {3}',
  'expected TLV area 0x{} to end within {} bytes, got {}': 'TLV 区 0x{1} 应在 {2} 字节之内结束，实为 {3}',
  'expected TLV area 0x{} at byte {}, got 0x{}': '字节 {2} 处应为 TLV 区 0x{1}，实为 0x{3}',
  'expected TLV area 0x{} at byte {}, got the end of the file at {}':
    '字节 {2} 处应为 TLV 区 0x{1}，实为文件末尾 {3}',

  'os datetime: expected a date and a time': '系统时间：应为日期和时间',
  'os info': '系统信息',
  'os datetime': '系统时间',
  'os params': '系统参数',
  'os echo': '系统回显',

  '{}: {} (rc {})': '{1}：{2}（rc {3}）',
  '{}: {} (rc {}, {})': '{1}：{2}（rc {3}，{4}）',
  '{}: {} ({} rc {})': '{1}：{2}（{3} rc {4}）',
  '{}: {} ({} rc {}, {})': '{1}：{2}（{3} rc {4}，{5}）',
  '{}: {} (group {} rc {})': '{1}：{2}（组 {3} rc {4}）',
  '{}: {} (group {} rc {}, {})': '{1}：{2}（组 {3} rc {4}，{5}）',
  '{}: expected an error of whole numbers in the response': '{1}：应答中的错误应为整数',
  'a code that is not known here': '此处不认识的代码',

  '{}: {}: malformed': '{1}：{2}：格式有误',
  '{}: a map: {}': '{1}：映射：{2}',
  '{}: a map: malformed': '{1}：映射：格式有误',

  'smp frame: expected a body of 1 to {} bytes, got {}': '单片机通信帧：正文应为 1 到 {1} 字节，实为 {2}',

  'smp message: {}': '单片机通信消息：{1}',
  'expected a CBOR map': '应为 CBOR 映射',
  'expected strict CBOR ({})': '应为严格的 CBOR（{1}）',
  'expected {} bytes of data as the header says, got {}': '按头部所载应为 {1} 字节数据，实为 {2}',
  'expected an operation of 0 to 3, got {}': '操作应为 0 到 3，实为 {1}',
  'expected version 1 or 2, got {}': '版本应为 1 或 2，实为 {1}',
  'expected reserved bits 0, got {}': '保留位应为 0，实为 {1}',
  'expected a header of {} bytes, got {}': '头部应为 {1} 字节，实为 {2}',
  'expected at most {} bytes of data, got {}': '数据应不超过 {1} 字节，实为 {2}',

  'firmware {} is confirmed already': '固件 {1} 已经确认',
  'firmware: there is no other image to go back to': '固件：没有可退回的其他映像',
  'firmware: the board restarts': '固件：单片机正在重启',
  'the bootloader refused the image, or it did not survive its start; the board runs what it ran before':
    '引导程序拒绝了该映像，或它未能启动；单片机运行原有映像',
  'firmware: expected the board to name the image that runs, got none':
    '固件：单片机应报告正在运行的映像，实际没有',
  'firmware: expected {}… to run and stay, got {}': '固件：{1}… 应运行并保留，实为 {2}',
  'firmware {} failed its check; the board runs {} again': '固件 {1} 未通过检查；单片机重新运行 {2}',
  'firmware: expected the board to run {}… after its restart, got {}':
    '固件：单片机重启后应运行 {1}…，实为 {2}',
  'firmware {}: the board took all of it and finds no valid image':
    '固件 {1}：单片机已全部接收，但未发现有效映像',
  'let it start first: liuhen firmware rollback restarts the board into it':
    '先让它启动：liuhen firmware rollback 会让单片机重启进入该映像',
  'decide about it first: liuhen firmware confirm, or liuhen firmware rollback':
    '先对它作出决定：liuhen firmware confirm，或 liuhen firmware rollback',
  '{} waits for its first start': '{1} 等待首次启动',
  '{} runs unconfirmed': '{1} 正在运行，尚未确认',
  runs: '运行中',
  confirmed: '已确认',
  'on trial: the next reset brings back the other': '试运行：下次复位即退回另一映像',
  'other slot': '另一槽位',
  empty: '空',
  'starts at the next reset': '下次复位时启动',
};
