/** The lists of the bottom panel. */
const ACCOUNT_TABS = ['positions', 'orders', 'fills', 'history', 'money', 'alerts', 'news'] as const
export type AccountTab = (typeof ACCOUNT_TABS)[number]
