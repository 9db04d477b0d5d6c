/**
 * Settings with which Postgres reports on its work, for the embedded one and the one of docker-compose.yml (a test compares
 * them). docs/profiling.md describes how to read the reports.
 */
export const POSTGRES_REPORTS: Readonly<Record<string, string>> = {
  // Tracking statements inside functions would cost 5% of a commit, so it is switched on only for an analysis.
  'pg_stat_statements.track': 'top',
  'auto_explain.log_min_duration': '50ms',
  // No values, which contain people's orders.
  'auto_explain.log_parameter_max_length': '0',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  track_io_timing: 'on',
  log_lock_waits: 'on',
  // Lock waits are logged after this time. It must be below the role's lock_timeout of a second, which ends the wait.
  deadlock_timeout: '500ms',
  log_autovacuum_min_duration: '1s',
  // The work_mem of the audit: logs sorts that exceed it.
  log_temp_files: '64MB',
}

/** Libraries that Postgres preloads for the reports, if its build has them. */
export const POSTGRES_PRELOADS = ['pg_stat_statements', 'auto_explain']
