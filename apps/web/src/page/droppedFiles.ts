const IS_TIFF = /\.tiff?$/i;

/**
 * The files of a drop, those in dropped folders included, in the order of their names; of several
 * files only TIFF files, as folders hold other things, too.
 */
export async function droppedFiles(items: DataTransferItemList): Promise<File[]> {
  // Entries are gone after the first await.
  const dropped = [...items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const files: File[] = [];
  for (const one of dropped) {
    if (one instanceof File) files.push(one);
    else if (one !== null) await collect(one, files);
  }
  return inOrder(files);
}

/** Files by name, numbers in names by value; see `droppedFiles`. */
export function inOrder(files: readonly File[]): File[] {
  const chosen = files.length > 1 ? files.filter(({ name }) => IS_TIFF.test(name)) : [...files];
  return chosen.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

async function collect(entry: FileSystemEntry, files: File[]): Promise<void> {
  if (entry.isFile) {
    const one = entry as FileSystemFileEntry;
    files.push(await new Promise<File>((resolve, reject) => one.file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives a hundred entries at a time, then none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const inner of some) if (inner.isFile) await collect(inner, files);
  }
}
