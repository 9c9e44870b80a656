import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from './message/error-boundary';
import { App } from './page/app';
import { Notice } from './page/notice';
import './styles/index.css';

const root = document.getElementById('root');
const failure = (
  <Notice message="The page cannot be shown." action="Reload" onAction={() => location.reload()} />
);
if (root) {
  createRoot(root).render(
    <ErrorBoundary of={root} fallback={failure}>
      <App />
    </ErrorBoundary>,
  );
}
