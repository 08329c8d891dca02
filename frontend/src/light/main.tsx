import { createRoot } from 'react-dom/client';
import 'virtual:tokens.css';
import '@/theme/base.css';
import './light.css';
import { lazy, StrictMode, Suspense } from 'react';
import { Login } from './login/Login';

const PublicForm = lazy(() => import('./form/PublicForm'));

/** The pages that need no session, without the parts that make the app heavy. */
function Light() {
  if (location.pathname === '/login') return <Login />;
  return (
    <Suspense>
      <PublicForm token={decodeURIComponent(location.pathname.split('/')[2] ?? '')} />
    </Suspense>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('light.html has no element root');
createRoot(root).render(
  <StrictMode>
    <Light />
  </StrictMode>,
);
