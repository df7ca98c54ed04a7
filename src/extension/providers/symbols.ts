import { DocumentSymbol, languages, SymbolKind, type Disposable } from 'vscode';
import { targetBlocks } from '../../core/endpoints/read/target-blocks.ts';
import { endpointsSelector, parseDocument } from '../services/workspace/documents.ts';
import { toRange } from './ranges.ts';

/** Registers targets as symbols for Outline, breadcrumbs, and Go to Symbol. */
export const registerSymbols = (): Disposable =>
  languages.registerDocumentSymbolProvider(
    endpointsSelector,
    {
      provideDocumentSymbols: (document) =>
        targetBlocks(document.getText(), parseDocument(document).targets).map(({ target, range }) => {
          const { name, method, url } = target;
          return new DocumentSymbol(name, `${method} ${url}`, SymbolKind.Method, toRange(range), toRange(target.range));
        }),
    },
    { label: 'Targets' },
  );
