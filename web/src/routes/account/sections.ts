import Download from '@lucide/svelte/icons/download'
import Keyboard from '@lucide/svelte/icons/keyboard'
import KeyRound from '@lucide/svelte/icons/key-round'
import Palette from '@lucide/svelte/icons/palette'
import Shield from '@lucide/svelte/icons/shield'
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal'
import UserRound from '@lucide/svelte/icons/user-round'
import Volume2 from '@lucide/svelte/icons/volume-2'
import Wallet from '@lucide/svelte/icons/wallet'

/** Who there must be for a card to be on the page. */
type Of = 'anybody' | 'visitor' | 'account'

/** The cards of the page that the side leads to, as they stand below each other; `id` is the card's. */
const SECTIONS = [
  { id: 'profile', label: 'Profile', icon: UserRound, of: 'anybody' },
  { id: 'accounts', label: 'Accounts', icon: Wallet, of: 'account' },
  { id: 'security', label: 'Security', icon: Shield, of: 'visitor' },
  { id: 'keys', label: 'API keys', icon: KeyRound, of: 'account' },
  { id: 'trading', label: 'Trading', icon: SlidersHorizontal, of: 'anybody' },
  { id: 'appearance', label: 'Appearance', icon: Palette, of: 'anybody' },
  { id: 'sounds', label: 'Sounds and alerts', icon: Volume2, of: 'anybody' },
  { id: 'keyboard', label: 'Keyboard', icon: Keyboard, of: 'anybody' },
  { id: 'export', label: 'Export data', icon: Download, of: 'account' },
] as const satisfies readonly { id: string; label: string; icon: typeof Wallet; of: Of }[]

export type Section = (typeof SECTIONS)[number]

export const sectionsFor = ({ visitor, account }: Record<Exclude<Of, 'anybody'>, boolean>): readonly Section[] =>
  SECTIONS.filter(({ of }) => of === 'anybody' || (of === 'visitor' ? visitor : account))
