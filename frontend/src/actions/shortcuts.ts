import { useEffect } from 'react';
import { allActions } from './registry';

const mac = /Mac|iPhone|iPad/.test(navigator.platform);

/** How a key is written for people: Ctrl K, or ⌘ K on a Mac. */
export const keyLabel = (key: string): string =>
  key
    .split('+')
    .map((part) => {
      if (part === 'ctrl') return mac ? '⌘' : 'Ctrl';
      if (part === 'shift') return mac ? '⇧' : 'Shift';
      return part.length === 1 ? part.toUpperCase() : part[0]?.toUpperCase() + part.slice(1);
    })
    .join(' ');

/** The name of a key press, as actions write it. */
export function keyOf(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>): string {
  const key = e.key === ' ' ? 'space' : e.key.toLowerCase();
  const printed = key.length === 1 && !/[a-z]/.test(key);
  return [
    e.ctrlKey || e.metaKey ? 'ctrl+' : '',
    e.altKey ? 'alt+' : '',
    e.shiftKey && !printed ? 'shift+' : '',
    key,
  ].join('');
}

const letter = (key: string): boolean => !key.startsWith('ctrl+') && !key.startsWith('alt+');

/** Whether somebody is writing, or a dialog has the keyboard. */
function busy(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable ||
    target.matches('input, textarea, select, [role=combobox], [role=textbox]') ||
    document.querySelector('.ant-modal-wrap:not([style*="display: none"]) .ant-modal') !== null
  );
}

/** Runs the action of each key press. Mounted once. */
export function useShortcuts(lettersOn: boolean) {
  useEffect(() => {
    const press = (e: KeyboardEvent) => {
      if (e.isComposing || e.defaultPrevented) return;
      const key = keyOf(e);
      if (letter(key) && (!lettersOn || busy(e.target))) return;
      const action = allActions().find((a) => a.key === key && !a.disabled);
      if (!action) return;
      e.preventDefault();
      action.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [lettersOn]);
}
