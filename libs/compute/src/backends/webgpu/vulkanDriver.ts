import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Variables by which a person names drivers to the Vulkan loader. */
const DRIVER_VARIABLES = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'];

/**
 * True where a Vulkan driver may be found; on systems other than Linux, which bring their own
 * graphics interface, always.
 *
 * Asked before Dawn is loaded: without a driver it would only print warnings of the Vulkan loader
 * on standard error.
 * Source: the loader's search order, Vulkan-Loader, docs/LoaderDriverInterface.md, "Linux Driver
 * Discovery".
 */
export function mayHaveVulkanDriver(): boolean {
  if (process.platform !== 'linux') return true;
  if (DRIVER_VARIABLES.some((name) => (process.env[name] ?? '') !== '')) return true;
  const home = homedir();
  const listed = (name: string, standard: string): string[] =>
    (process.env[name] ?? standard).split(':');
  const roots = [
    ...listed('XDG_CONFIG_HOME', join(home, '.config')),
    ...listed('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/usr/local/etc',
    '/etc',
    ...listed('XDG_DATA_HOME', join(home, '.local/share')),
    ...listed('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
  ];
  return roots.some((root) => holdsManifest(join(root, 'vulkan/icd.d')));
}

function holdsManifest(folder: string): boolean {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.json'));
  } catch {
    return false;
  }
}
