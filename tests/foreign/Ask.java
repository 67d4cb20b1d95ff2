// Ask Jena: java -cp … Ask.java QUESTIONS DATA... reads and writes what comunica.mjs does.
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.reflect.TypeToken;
import org.apache.jena.atlas.io.StringWriterI;
import org.apache.jena.graph.Node;
import org.apache.jena.graph.Triple;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.QueryFactory;
import org.apache.jena.query.Query;
import org.apache.jena.query.Syntax;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.out.NodeFormatterNT;
import org.apache.jena.sparql.engine.binding.Binding;
import org.apache.jena.sparql.core.Var;
import org.apache.jena.query.ResultSet;

class Ask {
    record Answer(String id, List<String> columns, List<List<String>> rows, String error) {}

    public static void main(String[] arguments) throws Exception {
        Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
        String text = Files.readString(Path.of(arguments[0]));
        Map<String, String> questions = gson.fromJson(text, new TypeToken<java.util.LinkedHashMap<String, String>>() {}.getType());
        Model model = ModelFactory.createDefaultModel();
        for (int n = 1; n < arguments.length; n++) {
            RDFDataMgr.read(model, arguments[n]);
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (var question : questions.entrySet()) {
            Answer answer;
            try {
                answer = ask(question.getKey(), question.getValue(), model);
            } catch (RuntimeException error) {
                answer = new Answer(question.getKey(), null, null, String.valueOf(error.getMessage()));
            }
            out.println(gson.toJson(answer));
        }
    }

    static Answer ask(String id, String sparql, Model model) {
        Query query = QueryFactory.create(sparql, Syntax.syntaxSPARQL_11);
        List<List<String>> rows = new ArrayList<>();
        try (QueryExecution run = QueryExecutionFactory.create(query, model)) {
            if (query.isAskType()) {
                rows.add(List.of("\"" + run.execAsk() + "\"^^<http://www.w3.org/2001/XMLSchema#boolean>"));
                return new Answer(id, List.of("answer"), rows, null);
            }
            if (query.isConstructType()) {
                for (Iterator<Triple> found = run.execConstructTriples(); found.hasNext(); ) {
                    Triple one = found.next();
                    rows.add(List.of(spell(one.getSubject()), spell(one.getPredicate()), spell(one.getObject())));
                }
                return new Answer(id, List.of("subject", "predicate", "object"), rows, null);
            }
            ResultSet found = run.execSelect();
            List<String> columns = found.getResultVars();
            while (found.hasNext()) {
                Binding one = found.nextBinding();
                List<String> row = new ArrayList<>();
                for (String column : columns) {
                    Node node = one.get(Var.alloc(column));
                    row.add(node == null ? null : spell(node));
                }
                rows.add(row);
            }
            return new Answer(id, columns, rows, null);
        }
    }

    static String spell(Node node) {
        StringWriterI text = new StringWriterI();
        new NodeFormatterNT().format(text, node);
        return text.toString();
    }
}
