import type { Row } from './row.ts'
import { killEmbedded } from './rows/embedded.ts'
import { cutCommitAnswers, slowPostgres, stopPostgres } from './rows/postgres.ts'
import { cutGateway, flushRedis, freezeRedis, killRedis, setRedisClockBack } from './rows/redis.ts'
import { handOver, killLeader, rollingRestart, stopLeader } from './rows/servers.ts'
import { holdSnapshot, manyReconnects, silentReaders } from './rows/sockets.ts'

export const ROWS: readonly Row[] = [
  { name: 'kill-leader', title: 'kill -9 of the leader', run: killLeader },
  { name: 'stop-leader', title: 'SIGSTOP of the leader, then SIGCONT', run: stopLeader },
  { name: 'hand-over', title: 'SIGTERM of the leader', run: handOver },
  { name: 'rolling-nginx', title: 'rolling restart behind nginx', run: rollingRestart('nginx') },
  { name: 'rolling-haproxy', title: 'rolling restart behind haproxy', run: rollingRestart('haproxy') },
  { name: 'commit-answer', title: 'the answer of a commit is cut', run: cutCommitAnswers },
  { name: 'postgres-stopped', title: 'Postgres is stopped', run: stopPostgres },
  { name: 'postgres-slow', title: 'Postgres answers 800 ms later', run: slowPostgres },
  { name: 'redis-killed', title: 'kill -9 of Redis', run: killRedis },
  { name: 'redis-flushed', title: 'FLUSHALL in Redis', run: flushRedis },
  { name: 'redis-clock', title: 'Redis comes back with its clock set back', run: setRedisClockBack },
  { name: 'redis-frozen', title: 'the link to Redis is frozen', run: freezeRedis },
  { name: 'gateway-cut', title: 'one gateway is cut from Redis', run: cutGateway },
  { name: 'silent-readers', title: 'sockets that never read', run: silentReaders },
  { name: 'reconnects', title: 'all sockets reconnect at once', run: manyReconnects },
  { name: 'old-snapshot', title: 'an old snapshot stays open in Postgres', run: holdSnapshot },
  { name: 'embedded', title: 'kill -9 of node only, with its embedded Postgres', run: killEmbedded },
]
