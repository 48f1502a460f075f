/** Where the photos of the page come from: folders that were dropped or chosen, or patterns that it draws itself. */
import type { datasets } from 'hone/vision';

type Files = datasets.FolderFile[];

/** The files of what was dropped: folders, each of them a class, or one folder of such folders. */
export async function droppedFiles(items: DataTransferItemList): Promise<Files> {
  // All at once: after the first pause the list is empty.
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files: Files = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    if (entry.isDirectory) {
      const reader = (entry as FileSystemDirectoryEntry).createReader();
      // It gives a hundred at a time.
      for (;;) {
        const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
        if (some.length === 0) return;
        for (const one of some) await walk(one);
      }
    }
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.push({ path: entry.fullPath.slice(1), file });
  };
  for (const entry of entries) await walk(entry);
  return belowOneRoot(files);
}

/** The files of a chosen folder. */
export function chosenFiles(list: FileList): Files {
  return belowOneRoot(Array.from(list, (file) => ({ path: file.webkitRelativePath, file })));
}

/** Without the name of the one folder that holds the class folders. */
function belowOneRoot(files: Files): Files {
  const roots = new Set(files.map(({ path }) => path.split('/')[0]));
  const holdsFolders = files.some(({ path }) => path.split('/').length > 2);
  if (roots.size !== 1 || !holdsFolders) return files;
  return files.map(({ path, file }) => ({ path: path.slice(path.indexOf('/') + 1), file }));
}

/** Pictures of circles, checks and stripes in all colours. */
export async function drawnShapes(count = 40): Promise<Files> {
  const files: Files = [];
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [96, 80];
  const context = canvas.getContext('2d')!;
  const random = (from: number, to: number) => from + (to - from) * Math.random();
  const colour = (light: number) => `hsl(${random(0, 360)} ${random(30, 90)}% ${light}%)`;
  const shapes = {
    circles: () => {
      context.beginPath();
      context.arc(random(36, 60), random(30, 50), random(14, 26), 0, 7);
      context.fill();
    },
    checks: () => {
      context.rotate(random(-0.3, 0.3));
      const step = random(12, 20);
      for (let x = -60, column = 0; x < 150; x += step, column++)
        for (let y = -60 + (column % 2) * step; y < 150; y += 2 * step) context.fillRect(x, y, step, step);
    },
    stripes: () => {
      context.rotate(random(-0.3, 0.3));
      const step = random(10, 18);
      for (let x = -40; x < 140; x += step) context.fillRect(x, -40, step / 2, 180);
    },
  };
  for (const [name, draw] of Object.entries(shapes)) {
    for (let i = 0; i < count; i++) {
      const dark = Math.random() < 0.5;
      context.resetTransform();
      context.fillStyle = colour(random(dark ? 10 : 70, dark ? 30 : 95));
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.fillStyle = colour(random(dark ? 55 : 20, dark ? 90 : 50));
      draw();
      files.push({ path: `${name}/${i}.png`, file: await (await fetch(canvas.toDataURL())).blob() });
    }
  }
  return files;
}
