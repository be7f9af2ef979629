/** What the fields of the page are called, by the options that messages of the libraries name. */
const FIELDS: readonly (readonly [option: RegExp, words: string])[] = [
  [/--negatives clip/g, "choose 'Negative values: set to 0'"],
  [
    /give --offset auto \(or the offset itself\)/g,
    "write auto (or the number) into 'Camera's offset'",
  ],
  [/--offset auto/g, "'Camera's offset: auto'"],
  [/--psf-background (\S+)/g, "'Its background: $1'"],
  [/--background (\S+)/g, "'Background: $1'"],
  [
    /give --voxel z,y,x where the file is wrong, or --any-voxel-size to go on regardless/g,
    "write its voxel size above where the file is wrong, or tick 'Any voxel size'",
  ],
  [/give --voxel z,y,x in µm/g, 'give the voxel size in µm'],
  [/give --voxel z,y,x/g, 'give the voxel size'],
];

/** A message of the libraries in the words of the page. */
export function pageWords(message: string): string {
  return FIELDS.reduce((text, [option, words]) => text.replace(option, words), message);
}
