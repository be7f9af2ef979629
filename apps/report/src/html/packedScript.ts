import { strToU8, zlibSync } from 'fflate';
import { html, trusted, type Html } from './html.ts';

/**
 * Data for the script of the page, as `jsonScript`, but deflated and in base64: for large values.
 *
 * The bytes do not depend on the zlib of the machine.
 */
export function packedScript(className: string, value: unknown): Html {
  const packed = zlibSync(strToU8(JSON.stringify(value)), { level: 9 });
  return html`<script type="text/plain" class="${className}">
    ${trusted(Buffer.from(packed).toString('base64'))}
  </script>`;
}
