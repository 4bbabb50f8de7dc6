import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { createKeyFile, type KeyRole } from '../../agent/authority/key-file.js';
import { liuhen, type Ran } from './liuhen.js';

export const PASSPHRASE = 'lantern orbit cactus velvet';
/** A tenth of the usual cost, or tests would wait for scrypt. */
const COST = { N: 2 ** 14, r: 8, p: 1 };

/** A desk of the authority: a folder with keys under one passphrase, and the real command. */
export class Desk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(t: ExecutionContext): Promise<Desk> {
    const desk = new Desk(await mkdtemp(join(tmpdir(), 'liuhen-desk-')));
    t.teardown(() => rm(desk.folder, { recursive: true, force: true }));
    await desk.write('pass', `${PASSPHRASE}\n`, 0o600);
    return desk;
  }

  async write(name: string, text: string, mode = 0o644): Promise<string> {
    const path = this.path(name);
    await writeFile(path, text, { mode });
    return path;
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Makes `<role>.key` and returns its vkey. */
  key(role: KeyRole, file = `${role}.key`): Promise<string> {
    const name = `liuhen.example/${file.replace('.key', '')}`;
    return createKeyFile(this.path(file), { role, name, passphrase: PASSPHRASE, cost: COST });
  }

  run(...args: string[]): Promise<Ran> {
    return liuhen(this.folder, ...args);
  }

  /** `liuhen sign … --passphrase-file pass`. */
  sign(...args: string[]): Promise<Ran> {
    return this.run('sign', ...args, '--passphrase-file', 'pass');
  }

  content(file: string, ...more: string[]): Promise<Ran> {
    return this.sign(
      'content',
      file,
      '--key',
      'publisher.key',
      '--out',
      'signed',
      '--hall',
      'hall-1',
      ...more,
    );
  }
}

/** A post as somebody writes it. */
export const POST = `kind: post
id: window-1
window: "1"
name: {zh: 林知夏, en: Lin Zhixia}
credential: 0417023
post: {zh: 综合受理岗}
duties: [{zh: 受理申请}]
supervisionPhone: 0100 555 0100
workingHours: {zh: 周一至周五}
duty: {state: on-duty}
`;

/** A penalty against a person, with everything that must not be published still in it. */
export const PENALTY = `kind: decision
id: cf-1
number: 枫市监罚〔2026〕1号
expires: 2099-01-01T00:00:00+08:00
action: penalty
title: {zh: 对张三丰无照经营的处罚}
party:
  type: person
  name: {zh: 张三丰}
  idNumber: 110101199003074514
  phone: "13812345678"
  address: {zh: 云岭市枫桥区枫桥路12号3单元}
body: {zh: 枫桥区市场监督管理局}
facts: {zh: "张三丰无照经营，联系电话13812345678。"}
outcome: {zh: 罚款五百元}
basis: [{law: {zh: 无证无照经营查处办法}}]
decided: "2026-01-05"
issued: 2026-01-06T10:00:00+08:00
weight: {level: county, measures: [fine], amountYuan: 500, hearingHeld: false}
`;
