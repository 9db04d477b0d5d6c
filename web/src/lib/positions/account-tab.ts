/** The lists of the bottom panel. */
export type AccountTab = 'positions' | 'orders' | 'fills' | 'history' | 'money' | 'alerts' | 'news'
