/**
 * What Postgres is to tell of its work, the embedded one and that of docker-compose.yml alike (a test holds them equal);
 * docs/profiling.md says how to read it.
 */
export const POSTGRES_REPORTS: Readonly<Record<string, string>> = {
  // Those inside functions too would cost a twentieth of a commit: for an analysis they are switched on.
  'pg_stat_statements.track': 'top',
  'auto_explain.log_min_duration': '50ms',
  // No values of people's orders.
  'auto_explain.log_parameter_max_length': '0',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  track_io_timing: 'on',
  log_lock_waits: 'on',
  // A wait is logged after so long, which has to be before the role's lock_timeout of a second ends it.
  deadlock_timeout: '500ms',
  log_autovacuum_min_duration: '1s',
  // The work_mem of the audit: what sorts more than that in one go.
  log_temp_files: '64MB',
}

/** What Postgres loads for it when it starts, where its build has it. */
export const POSTGRES_PRELOADS = ['pg_stat_statements', 'auto_explain']
