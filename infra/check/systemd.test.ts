import { expect, test } from 'vitest'
import { fileOf } from './files.ts'

const text = fileOf('infra/systemd/valiant.service')

/** What the unit says, by name. */
const said = new Map(
  text.split('\n').flatMap((line) => {
    const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    return name !== undefined && value !== undefined ? [[name, value] as const] : []
  }),
)

test('the signal to stop reaches the server alone: its Postgres is in the same group, and is stopped by it, last', () => {
  expect(said.get('KillMode')).toBe('mixed')
  expect(said.get('ExecStart')).toMatch(/\/node server\/main\.ts$/)
})

test('it is given longer to stop than the 30 s of the drain, since Postgres writes what it has after it', () => {
  expect(Number(said.get('TimeoutStopSec'))).toBeGreaterThan(30)
})

test('a Postgres elsewhere that is away at the start is waited for, however long', () => {
  expect(said.get('Restart')).toBe('on-failure')
  expect(Number(said.get('RestartSec'))).toBeGreaterThanOrEqual(2)
  expect(said.get('StartLimitIntervalSec')).toBe('0')
})

test('the user that it runs as is made by what its head tells to do', () => {
  expect(text).toMatch(new RegExp(`^# .*useradd .*\\b${said.get('User')}\\b`, 'm'))
})

test('no line of the log is dropped, however many orders there are', () => {
  expect(said.get('LogRateLimitIntervalSec')).toBe('0')
})

test('it can change nothing of the machine but its own data, and gains no rights', () => {
  const hardened = ['NoNewPrivileges', 'ProtectHome', 'ProtectKernelTunables', 'ProtectKernelModules']
  for (const name of [...hardened, 'ProtectControlGroups', 'PrivateTmp', 'PrivateDevices', 'RestrictSUIDSGID']) {
    expect(said.get(name), name).toBe('true')
  }
  expect(said.get('ProtectSystem')).toBe('strict')
  expect(said.get('StateDirectory')).toBe('valiant')
})
